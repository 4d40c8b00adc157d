// SPDX-License-Identifier: Apache-2.0
// Moves pages of a write-ahead log into its database beside the commits ("checkpoint" in SQLite, a word that is the tree's
// here), so that none of them waits for it. Private to the SQLite store.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace creditfold {

// So many pages that are not moved wake it. Fewer, and each page is written twice.
inline constexpr int wal_pages_moved_at_once = 500;
// The write-ahead log begins anew once all of it is moved and nobody reads it. Who commits without a pause leaves no such
// moment, and at this size, 16 MB, moves the last pages itself.
inline constexpr int wal_pages_max = 4'000;

class WalMover {
 public:
  // With a connection of its own, which opens both files at once: later there could be others in their place. Throws
  // SQLite::Exception. REQUIRES: the database is in write-ahead-log mode.
  WalMover(const std::filesystem::path& file, int busy_timeout_ms);
  ~WalMover();  // what is being moved ends first
  WalMover(const WalMover&) = delete;
  WalMover& operator=(const WalMover&) = delete;

  // Behind each commit: how many pages the log has now.
  void see(int pages);
  // Returns once nothing is being moved.
  void rest();

 private:
  void work();

  SQLite::Database database_;  // the thread's, once it runs
  std::mutex mutex_;           // of all below
  std::condition_variable changed_;
  int pages_ = 0;
  int moved_ = 0;        // of these
  bool restarted_ = false;  // since moving began
  bool to_do_ = false;
  bool moving_ = false;
  bool stop_ = false;
  std::thread thread_;
};

// Moves what no reader needs where it is; a failure leaves it there. How many pages of the log are moved then.
int move_wal_pages(SQLite::Database& database);

}  // namespace creditfold
