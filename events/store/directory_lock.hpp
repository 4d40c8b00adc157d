// SPDX-License-Identifier: Apache-2.0
// One process at a time writes to a data directory: a lock on DIR/lock that the kernel drops with its holder, whatever
// becomes of that. The file says who holds it, and where its service answers. Native only (flock).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

namespace creditfold {

struct LockHolder {
  pid_t pid = 0;
  std::string text;  // what the holder left there, such as the URL of its service; may be empty
};

// Who writes to the directory now; nothing when nobody does. Takes no lock that could stand in a writer's way for long.
[[nodiscard]] std::optional<LockHolder> lock_holder(const std::filesystem::path& directory);

class DirectoryLock {
 public:
  // Throws Fault busy, naming the holder, when another process (or another log of this one) holds it.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  // Replaces the text beside the pid. One line; what follows a line end is left out.
  void set_text(const std::string& text);

 private:
  std::filesystem::path file_;
  int descriptor_;
};

}  // namespace creditfold
