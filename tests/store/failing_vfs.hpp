// SPDX-License-Identifier: Apache-2.0
// A file system for SQLite that fails on demand: the disk that is full, or does not write, at any one of its calls.
#pragma once

#include <sqlite3.h>

#include <functional>

namespace creditfold::test {

// While it lives, SQLite's default file system is the real one behind a switch.
class FailingVfs {
 public:
  FailingVfs();
  ~FailingVfs();
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  // Lets `calls` writes, syncs and truncations pass, then fails one with `code` (for ever: also all after it).
  void fail_after(int calls, int code, bool for_ever);
  // Lets `calls` of them pass, and ends this process with SIGKILL before the next.
  void kill_after(int calls);
  // Everything works again.
  void heal();
  // Whether a call has failed since `fail_after`.
  [[nodiscard]] bool has_failed() const;
};

}  // namespace creditfold::test
