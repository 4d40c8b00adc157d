// SPDX-License-Identifier: Apache-2.0
#include "events/store/checked_file.hpp"

#include <cstring>
#include <utility>

#include "events/checksum.hpp"
#include "events/store/files.hpp"

namespace creditfold {
namespace {

constexpr std::size_t file_check_bytes = sizeof(std::uint64_t);

}  // namespace

void write_checked(const std::filesystem::path& file, std::vector<std::uint8_t> bytes) {
  const std::uint64_t check = checksum(bytes, 0);
  bytes.resize(bytes.size() + file_check_bytes);
  std::memcpy(bytes.data() + bytes.size() - file_check_bytes, &check, file_check_bytes);
  write_private_file(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::optional<std::vector<std::uint8_t>> read_checked(const std::filesystem::path& file) {
  std::optional<std::vector<std::uint8_t>> bytes = read_file(file);
  if (!bytes || bytes->size() < file_check_bytes) return std::nullopt;
  std::uint64_t check = 0;
  std::memcpy(&check, bytes->data() + bytes->size() - file_check_bytes, file_check_bytes);
  bytes->resize(bytes->size() - file_check_bytes);
  return check == checksum(*bytes, 0) ? std::move(bytes) : std::nullopt;
}

}  // namespace creditfold
