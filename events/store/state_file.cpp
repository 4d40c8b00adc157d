// SPDX-License-Identifier: Apache-2.0
#include "events/store/state_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <system_error>

#include "events/archive.hpp"
#include "events/checksum.hpp"
#include "events/store/files.hpp"

namespace creditfold {
namespace {

// Stored values: another layout is another number.
constexpr std::array<std::uint8_t, 8> magic{'C', 'F', 'S', 'T', 'A', 'T', 'E', 1};
constexpr std::size_t check_bytes = sizeof(std::uint64_t);

}  // namespace

std::optional<StateFile> StateFiles::read() const try {
  const std::optional<std::vector<std::uint8_t>> content = read_file(file());
  if (!content || content->size() < magic.size() + check_bytes) return std::nullopt;
  const std::span<const std::uint8_t> bytes = std::span(*content).first(content->size() - check_bytes);
  std::uint64_t check = 0;
  std::memcpy(&check, bytes.data() + bytes.size(), check_bytes);
  if (!std::equal(magic.begin(), magic.end(), bytes.begin()) || check != checksum(bytes, 0)) return std::nullopt;
  SpanInputArchive in(bytes.subspan(magic.size()));
  StateFile file;
  in(file.state.size, file.state.moves);
  const std::string_view root = in.take_bytes(file.root.size());
  std::copy(root.begin(), root.end(), file.root.begin());
  const std::string_view state = in.take_bytes(in.left());
  file.state.bytes.assign(state.begin(), state.end());
  return file;
} catch (const Fault&) {
  return std::nullopt;  // it is derived again
} catch (const DecodeFailure&) {
  return std::nullopt;
}

void StateFiles::write_beside(const StateFile& file) const {
  std::vector<std::uint8_t> bytes(magic.begin(), magic.end());
  bytes.reserve(magic.size() + 2 * sizeof(std::int64_t) + file.root.size() + file.state.bytes.size() + check_bytes);
  append_with(bytes, [&](SpanOutputArchive& out) {
    out(file.state.size, file.state.moves);
    out.put_bytes(file.root.data(), file.root.size());
    out.put_bytes(file.state.bytes.data(), file.state.bytes.size());
  });
  const std::uint64_t check = checksum(bytes, 0);
  bytes.resize(bytes.size() + check_bytes);
  std::memcpy(bytes.data() + bytes.size() - check_bytes, &check, check_bytes);
  write_private_file(beside(), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void StateFiles::put_in_place() const {
  std::error_code error;
  std::filesystem::rename(beside(), file(), error);
  if (error) throw Fault(Fault::Kind::unavailable, file().string() + ": " + error.message());
  sync_directory(directory_);
}

void StateFiles::remove() const {
  std::error_code error;
  std::filesystem::remove(file(), error);
  if (error) throw Fault(Fault::Kind::unavailable, file().string() + ": " + error.message());
  remove_unfinished();
  sync_directory(directory_);
}

void StateFiles::remove_unfinished() const {
  for (const std::filesystem::path& path : {beside(), std::filesystem::path(beside().string() + ".part")}) {
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) throw Fault(Fault::Kind::unavailable, path.string() + ": " + error.message());
  }
}

}  // namespace creditfold
