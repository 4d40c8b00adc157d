// SPDX-License-Identifier: Apache-2.0
#include "events/store/state_file.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <system_error>
#include <utility>

#include "events/archive.hpp"
#include "events/store/checked_file.hpp"
#include "events/store/files.hpp"

namespace creditfold {
namespace {

// Stored values: another layout is another number.
constexpr std::array<std::uint8_t, 8> state_magic{'C', 'F', 'S', 'T', 'A', 'T', 'E', 1};

}  // namespace

std::optional<StateFile> StateFiles::read() const try {
  const std::optional<std::vector<std::uint8_t>> bytes = read_checked(file());
  if (!bytes || bytes->size() < state_magic.size()) return std::nullopt;
  if (!std::equal(state_magic.begin(), state_magic.end(), bytes->begin())) return std::nullopt;
  const std::span<const std::uint8_t> rest = std::span(*bytes).subspan(state_magic.size());
  SpanInputArchive in(rest);
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
  std::vector<std::uint8_t> bytes(state_magic.begin(), state_magic.end());
  append_with(bytes, [&](SpanOutputArchive& out) {
    out(file.state.size, file.state.moves);
    out.put_bytes(file.root.data(), file.root.size());
    out.put_bytes(file.state.bytes.data(), file.state.bytes.size());
  });
  write_checked(beside(), std::move(bytes));
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
