// SPDX-License-Identifier: Apache-2.0
#include "events/store/wal_mover.hpp"

#include <sqlite3.h>

#include <exception>

namespace creditfold {

std::optional<int> move_wal_pages(SQLite::Database& database) {
  int pages = 0;
  int moved = 0;
  const int outcome =
      sqlite3_wal_checkpoint_v2(database.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  return outcome == SQLITE_OK ? std::optional(moved) : std::nullopt;
}

WalMover::WalMover(const std::filesystem::path& file, int timeout_ms)
    : database_(file.string(), SQLite::OPEN_READWRITE, timeout_ms) {
  SQLite::Statement look(database_, "SELECT count(*) FROM sqlite_schema");
  look.executeStep();
}

WalMover::~WalMover() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WalMover::see(int pages) noexcept {
  const std::lock_guard lock(mutex_);
  if (pages < pages_) {
    moved_ = 0;
    restarted_ = true;
  }
  pages_ = pages;
  const bool is_near_end = pages + wal_pages_moved_at_once >= wal_pages_max && pages > moved_;
  if (moving_ || (pages - moved_ < wal_pages_moved_at_once && !is_near_end)) return;
  to_do_ = true;
  try {
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  } catch (const std::exception&) {
    to_do_ = false;  // no thread is to be had; the next commit asks again
  }
  changed_.notify_all();
}

void WalMover::rest() {
  std::unique_lock lock(mutex_);
  to_do_ = false;
  changed_.wait(lock, [&] { return !moving_; });
}

void WalMover::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || to_do_; });
    if (stop_) return;
    to_do_ = false;
    moving_ = true;
    restarted_ = false;
    lock.unlock();
    const std::optional<int> moved = move_wal_pages(database_);
    lock.lock();
    if (moved && !restarted_) moved_ = *moved;
    moving_ = false;
    changed_.notify_all();
  }
}

}  // namespace creditfold
