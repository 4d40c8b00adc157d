// SPDX-License-Identifier: Apache-2.0
// Connections that read a partition's database, and events taken from them a page at a time. Private to the SQLite
// store.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_reader.hpp"

namespace creditfold {

// Idle readers that are kept: about as many requests as a small machine answers at once.
inline constexpr std::size_t idle_readers_max = 8;

// Connections that read, handed out one to a caller at a time.
class ReaderPool {
 public:
  // `index`: the writer's, borrowed; none where nobody writes in this process.
  ReaderPool(std::filesystem::path file, RegionId region, const LogIndex* index)
      : file_(std::move(file)), region_(std::move(region)), index_(index) {}

  // Runs `action` on a reader. One that threw is not used again.
  template <class Action>
  auto with_reader(Action&& action) const {
    return with_faults(file_, "reading", [&] {
      std::unique_ptr<SqliteReader> reader = take();
      auto result = action(*reader);
      give_back(std::move(reader));
      return result;
    });
  }

 private:
  std::unique_ptr<SqliteReader> take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<SqliteReader> reader = std::move(idle_.back());
        idle_.pop_back();
        return reader;
      }
    }
    return std::make_unique<SqliteReader>(file_, region_, index_);
  }
  void give_back(std::unique_ptr<SqliteReader> reader) const {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < idle_readers_max) idle_.push_back(std::move(reader));
  }

  std::filesystem::path file_;
  RegionId region_;
  const LogIndex* index_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<SqliteReader>> idle_;
};

// Events with after < seq <= to, of one account or of all, fetched a page at a time.
class EventPages {
 public:
  // `account` is borrowed; none means all.
  EventPages(const ReaderPool& readers, const AccountId* account, std::int64_t after, std::int64_t to)
      : readers_(readers), account_(account), seq_(std::max<std::int64_t>(after, 0)), to_(to) {
    cursor_.seq = seq_;
  }

  [[nodiscard]] bool at_end() {
    if (at_ == page_.size()) fetch();
    return page_.empty();
  }
  // REQUIRES: not at the end.
  [[nodiscard]] const Event& peek() { return page_[at_]; }
  // REQUIRES: not at the end; an event without a seq otherwise.
  [[nodiscard]] Event next() { return at_end() ? Event{} : std::move(page_[at_++]); }

 private:
  void fetch() {
    at_ = 0;
    page_ = readers_.with_reader([&](SqliteReader& reader) {
      if (account_ != nullptr) return reader.account_events(*account_, cursor_, to_);
      // Whole pages may have departed.
      while (seq_ < to_) {
        EventPage page = reader.events(seq_, to_);
        seq_ = page.reached;
        if (!page.events.empty()) return std::move(page.events);
      }
      return std::vector<Event>{};
    });
  }

  const ReaderPool& readers_;
  const AccountId* account_;
  std::int64_t seq_;
  AccountCursor cursor_;
  std::int64_t to_;
  std::vector<Event> page_;
  std::size_t at_ = 0;
};

}  // namespace creditfold
