// SPDX-License-Identifier: Apache-2.0
// The SQLite store: one connection that writes, and a pool of connections that read.
//
// Exactly one connection ever writes or checkpoints, in one process: SQLite 3.7.0 to 3.51.2, Debian 12's 3.40.1 among
// them, can lose commits when two connections write or checkpoint a write-ahead log at the same moment
// (https://www.sqlite.org/wal.html#walresetbug). The directory's lock keeps other processes out, a mutex the other
// threads, and readers are opened read-only and close without a checkpoint.
//
// Nothing here opens ledger.db but SQLite: closing any descriptor of a file drops all POSIX locks a process has on it.
#include "events/store/sqlite.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "events/codec.hpp"
#include "events/store/files.hpp"
#include "events/store/group.hpp"
#include "events/store/listeners.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_reader.hpp"
#include "events/store/sqlite_writer.hpp"

namespace creditfold {
namespace {

// Idle readers that are kept: about as many requests as a small machine answers at once.
constexpr std::size_t idle_readers_max = 8;

// Connections that read, handed out one to a caller at a time.
class ReaderPool {
 public:
  explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}

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
    return std::make_unique<SqliteReader>(file_);
  }
  void give_back(std::unique_ptr<SqliteReader> reader) const {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < idle_readers_max) idle_.push_back(std::move(reader));
  }

  std::filesystem::path file_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<SqliteReader>> idle_;
};

// Events with after < seq <= to, of one account or of all, fetched a page at a time.
class EventPages {
 public:
  // `account` is borrowed; none means all.
  EventPages(const ReaderPool& readers, const AccountId* account, std::int64_t after, std::int64_t to)
      : readers_(readers), account_(account), seq_(std::max<std::int64_t>(after, 0)), to_(to) {}

  [[nodiscard]] bool at_end() {
    if (at_ == page_.size()) fetch();
    return page_.empty();
  }
  // REQUIRES: not at the end; an event without a seq otherwise.
  [[nodiscard]] Event next() { return at_end() ? Event{} : std::move(page_[at_++]); }

 private:
  void fetch() {
    if (!page_.empty()) {  // moved-from events keep their numbers
      seq_ = page_.back().seq;
      version_ = page_.back().version;
    }
    at_ = 0;
    page_ = readers_.with_reader([&](SqliteReader& reader) {
      return account_ != nullptr ? reader.account_events(*account_, version_, seq_, to_) : reader.events(seq_, to_);
    });
  }

  const ReaderPool& readers_;
  const AccountId* account_;
  std::int64_t seq_;
  std::int64_t version_ = 0;
  std::int64_t to_;
  std::vector<Event> page_;
  std::size_t at_ = 0;
};

class DatabaseLog final : public SqliteLog {
 public:
  DatabaseLog(const std::filesystem::path& file, std::unique_ptr<DirectoryLock> lock,
              std::unique_ptr<SqliteWriter> writer)
      : file_(file), lock_(std::move(lock)), writer_(std::move(writer)), readers_(file) {
    if (writer_) {
      head_ = writer_->head();
    } else {
      readers_.with_reader([](SqliteReader& reader) {
        reader.check_end();
        return Done{};
      });
    }
  }

  [[nodiscard]] Expected<Appended, Conflict> append(std::span<const Batch> group) override {
    if (!writer_) throw Fault(Fault::Kind::read_only, file_.string() + ": opened to read only");
    require_well_formed(group);
    std::vector<std::vector<std::uint8_t>> bodies;
    for (const Batch& batch : group) {
      for (const Event& event : batch.events) encode_event(event, bodies.emplace_back());
    }
    std::optional<Appended> appended;
    {
      const std::lock_guard lock(append_mutex_);
      Expected<Appended, Conflict> written =
          with_faults(file_, "appending", [&] { return writer_->write(group, bodies); });
      if (!written) return written;
      appended = *written;
      head_ = appended->last_seq;
    }
    listeners_.notify(appended->last_seq);
    return *appended;
  }

  void read(std::int64_t after, std::int64_t to, const std::function<bool(Event&&)>& visit) const override {
    EventPages events(readers_, nullptr, after, to < 0 ? head() : std::min(to, head()));
    while (!events.at_end()) {
      if (!visit(events.next())) return;
    }
  }

  void read_account(const AccountId& account, std::int64_t after, std::int64_t to,
                    const std::function<bool(Event&&)>& visit) const override {
    EventPages events(readers_, &account, after, to < 0 ? head() : to);
    while (!events.at_end()) {
      if (!visit(events.next())) return;
    }
  }

  [[nodiscard]] std::optional<StoredBatch> find(const AccountId& account, const IdempotencyKey& key) const override {
    std::optional<BatchRow> row = readers_.with_reader([&](SqliteReader& reader) { return reader.find(account, key); });
    if (!row) return std::nullopt;
    const std::int64_t before = row->batch.first_seq - 1;
    EventPages events(readers_, nullptr, before, before + row->batch.count);
    for (std::int64_t i = 1; i <= row->batch.count; ++i) add_event(*row, events.next(), before + i);
    return std::move(row->batch);
  }

  void read_batches(const LogRange& range,
                    const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const override {
    const std::int64_t newest = head();
    const std::int64_t last = range.to < 0 ? newest : std::min(range.to, newest);
    if (range.after > newest) return;
    // Batches before the one that event `after` belongs to lie wholly before the range.
    std::int64_t id =
        range.after <= 0 ? 0
                         : readers_.with_reader([&](SqliteReader& reader) { return reader.batch_of(range.after) - 1; });
    EventPages events(readers_, range.account ? &*range.account : nullptr, range.after, last);
    for (;;) {
      std::vector<BatchRow> page =
          readers_.with_reader([&](SqliteReader& reader) { return reader.batches(id, range.account); });
      if (page.empty()) return;
      id = page.back().id;
      for (BatchRow& row : page) {
        const std::int64_t before = row.batch.first_seq - 1;
        const std::int64_t end = before + row.batch.count;
        if (before > last) return;
        const bool inside = row.batch.count == 0 ? range.after <= before : range.after < end && before < last;
        if (!inside) continue;
        for (std::int64_t seq = std::max(before, range.after) + 1; seq <= std::min(end, last); ++seq) {
          add_event(row, events.next(), seq);
        }
        if (!visit(row.account, std::move(row.batch))) return;
      }
    }
  }

  [[nodiscard]] std::int64_t head() const override {
    if (writer_) return head_;
    return readers_.with_reader([](SqliteReader& reader) { return reader.head(); });
  }

  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void(std::int64_t head)> listener) override {
    return listeners_.add(std::move(listener));
  }

  void set_lock_text(const std::string& text) override {
    if (lock_) lock_->set_text(text);
  }

  void check_structure() const override {
    readers_.with_reader([](SqliteReader& reader) {
      reader.check_structure();
      return Done{};
    });
  }

 private:
  // Puts the batch's next event into it.
  void add_event(BatchRow& row, Event&& event, std::int64_t seq) const {
    if (event.seq != seq || event.account != row.account || event.key != row.batch.key) {
      throw Fault(Fault::Kind::damaged, file_.string() + ": batch " + std::to_string(row.id) + " claims event " +
                                            std::to_string(seq) + ", which is another's");
    }
    row.batch.events.push_back(std::move(event));
  }

  std::filesystem::path file_;
  // In this order: the writer closes after the readers and checkpoints, and only then another process may begin.
  std::unique_ptr<DirectoryLock> lock_;
  std::unique_ptr<SqliteWriter> writer_;
  ReaderPool readers_;
  std::mutex append_mutex_;
  std::atomic<std::int64_t> head_ = 0;
  Listeners listeners_;
};

}  // namespace

std::unique_ptr<SqliteLog> open_sqlite(const SqliteOptions& options) {
  const std::filesystem::path file = options.directory / "ledger.db";
  if (options.read_only) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      throw Fault(Fault::Kind::unavailable, file.string() + ": there is no ledger here");
    }
    return std::make_unique<DatabaseLog>(file, nullptr, nullptr);
  }
  make_private_directory(options.directory);
  auto lock = std::make_unique<DirectoryLock>(options.directory);
  auto writer = with_faults(file, "opening", [&] { return std::make_unique<SqliteWriter>(file); });
  return std::make_unique<DatabaseLog>(file, std::move(lock), std::move(writer));
}

}  // namespace creditfold
