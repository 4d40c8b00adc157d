// SPDX-License-Identifier: Apache-2.0
// Moves pages of a write-ahead log into its database beside the commits ("checkpoint" in SQLite, a word that is the
// tree's here), so that none of them waits for it. Private to the SQLite store.
//
// SQLite up to 3.51.2 loses commits when a checkpoint begins that finds everything moved while another connection
// begins the log anew (https://www.sqlite.org/wal.html#walresetbug). So none may begin like that: the thread is woken
// by a commit that has just written pages, nobody else moves any before it has, and whoever wants to lets it rest
// first. As long as a page is not moved the log cannot begin anew.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

namespace creditfold {

// So many pages that are not moved wake it. Fewer, and each page is written twice.
inline constexpr int wal_pages_moved_at_once = 500;
// The write-ahead log begins anew once all of it is moved and nobody reads it. Who commits without a pause leaves no
// such moment, and at this size, 16 MB, moves the last pages itself.
inline constexpr int wal_pages_max = 4'000;

class WalMover {
 public:
  // With a connection of its own, which opens both files at once: later there could be others in their place. Throws
  // SQLite::Exception. REQUIRES: the database is in write-ahead-log mode.
  WalMover(const std::filesystem::path& file, int timeout_ms);
  ~WalMover();  // what is being moved ends first
  WalMover(const WalMover&) = delete;
  WalMover& operator=(const WalMover&) = delete;

  // Behind each commit that wrote pages, and nowhere else: how many the log has now.
  void see(int pages) noexcept;
  // Returns once nothing is being moved, nor will be before the next commit.
  void rest();

 private:
  void work();

  SQLite::Database database_;  // the thread's, once it runs
  std::mutex mutex_;           // of all below
  std::condition_variable changed_;
  int pages_ = 0;
  int moved_ = 0;           // of these, as far as it is known
  bool restarted_ = false;  // since moving began
  bool to_do_ = false;
  bool moving_ = false;
  bool stop_ = false;
  std::thread thread_;
};

// Moves what no reader needs where it is; a failure leaves it there. How many pages of the log are moved then, if it
// says.
std::optional<int> move_wal_pages(SQLite::Database& database);

}  // namespace creditfold
