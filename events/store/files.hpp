// SPDX-License-Identifier: Apache-2.0
// What a store on disk needs of the file system beside its database: directories and files that are there, and stay
// there after a power cut. Native only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace creditfold {

// Throws the Fault that errno stands for, naming the path.
[[noreturn]] void throw_errno(const std::filesystem::path& path);

// Throws Fault unavailable with the path and the reason.
[[noreturn]] void throw_unavailable(const std::filesystem::path& path, const std::error_code& error);
// What an exception of the standard library says, as the faults here say it.
[[nodiscard]] std::string to_text(const std::filesystem::filesystem_error& error);

// Whether anything has this name. Throws Fault when that cannot be told.
[[nodiscard]] bool is_there(const std::filesystem::path& path);

// A file's name is on disk only when its directory is.
void sync_directory(const std::filesystem::path& directory);

// Makes a directory that only its owner can enter, with its parents, unless it is there.
void make_private_directory(const std::filesystem::path& directory);

// Closes at the end of its scope.
struct Descriptor {
  int number;
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

// Which file a name stands for; zeros: there is none.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t number = 0;

  [[nodiscard]] bool is_there() const { return number != 0; }
  friend bool operator==(const FileIdentity& a, const FileIdentity& b) {
    return a.device == b.device && a.number == b.number;
  }
};
// Nothing when the operating system does not say.
[[nodiscard]] std::optional<FileIdentity> identity_of(const std::filesystem::path& file);

// All of a file; nothing when there is none.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> read_file(const std::filesystem::path& file);
// Its owner's alone (0600), by a new file that takes the old one's name: on disk when this returns.
void write_private_file(const std::filesystem::path& file, std::string_view content);

}  // namespace creditfold
