// SPDX-License-Identifier: Apache-2.0
// Files that only their owner may read, and a lock between processes that change the same one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "events/store/files.hpp"  // write_private_file

namespace creditfold::edge {

// Nothing: there is no such file. Throws Fault; unavailable when others than its owner may read or write it.
[[nodiscard]] std::optional<std::string> read_private_file(const std::filesystem::path& file);
// Held by one process (and one thread) at a time; the kernel drops it with its holder.
class FileLock {
 public:
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace creditfold::edge
