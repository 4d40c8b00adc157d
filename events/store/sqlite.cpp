// SPDX-License-Identifier: Apache-2.0
// The SQLite store: one connection that writes, one that moves the write-ahead log into the database, and a pool of
// connections that read.
//
// Only the first ever writes, in one process, and never do two move, nor does one begin to when all is moved:
// SQLite 3.7.0 to 3.51.2, Debian 12's 3.40.1 among them, can lose commits otherwise
// (https://www.sqlite.org/wal.html#walresetbug; wal_mover.hpp has the rule that keeps clear of it). The directory's
// lock keeps other processes out, a mutex the other threads, and readers are opened read-only and close without a
// checkpoint.
//
// Nothing here opens ledger.db but SQLite: closing any descriptor of a file drops all POSIX locks a process has on it.
#include "events/store/sqlite.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <type_traits>
#include <utility>

#include "events/codec.hpp"
#include "events/store/files.hpp"
#include "events/store/group.hpp"
#include "events/store/listeners.hpp"
#include "events/store/sqlite_fault.hpp"
#include "events/store/sqlite_pages.hpp"
#include "events/store/sqlite_writer.hpp"
#include "events/store/state_file.hpp"

namespace creditfold {
namespace {

class DatabaseLog final : public SqliteLog {
 public:
  DatabaseLog(const std::filesystem::path& file, const RegionId& region, std::unique_ptr<DirectoryLock> lock,
              std::unique_ptr<SqliteWriter> writer)
      : file_(file),
        region_(region),
        state_files_(file.parent_path()),
        lock_(std::move(lock)),
        writer_(std::move(writer)),
        readers_(file, region, writer_ ? &writer_->index() : nullptr) {
    if (writer_) {
      head_ = writer_->head();
      state_files_.remove_unfinished();
    } else {
      readers_.with_reader([](SqliteReader& reader) {
        reader.check_end();
        return Done{};
      });
    }
  }

  [[nodiscard]] RegionId region() const override { return region_; }

  [[nodiscard]] Expected<Appended, Conflict> append(std::span<const Batch> group) override {
    require_writer();
    require_well_formed(group);
    return appended(write([&] { return writer_->write(group); }));
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
    if (writer_ && !writer_->may_have(account, key)) return std::nullopt;  // most keys are new
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
    BatchCursor cursor;
    if (range.after > 0) {
      cursor = readers_.with_reader([&](SqliteReader& reader) { return reader.before_batch_of(range.after); });
    }
    EventPages events(readers_, range.account ? &*range.account : nullptr, range.after, last);
    for (;;) {
      BatchPage page =
          readers_.with_reader([&](SqliteReader& reader) { return reader.batches(cursor, range.account); });
      if (page.at_end) return;
      cursor = page.next;
      for (BatchRow& row : page.rows) {
        const std::int64_t before = row.batch.first_seq - 1;
        const std::int64_t end = before + row.batch.count;
        if (before > last) return;
        const bool inside = row.batch.count == 0 ? range.after <= before : range.after < end && before < last;
        if (!inside || !fill(row, std::max(before, range.after), std::min(end, last), events)) continue;
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

  void stage(const AccountId& account, std::span<const StoredBatch> batches) override {
    require_writer();
    std::vector<std::vector<std::uint8_t>> bodies;
    for (const StoredBatch& batch : batches) add_bodies(batch.events, bodies);
    write([&] {
      writer_->stage(account, batches, bodies);
      return Done{};
    });
  }

  void read_staged(std::int64_t skip, const Visit& visit) const override {
    for (;;) {
      std::vector<StoredBatch> page =
          readers_.with_reader([&](SqliteReader& reader) { return reader.staged_batches(skip); });
      if (page.empty()) return;
      skip += static_cast<std::int64_t>(page.size());
      for (StoredBatch& batch : page) {
        if (!visit(std::move(batch))) return;
      }
    }
  }

  [[nodiscard]] std::optional<AccountId> staged() const override {
    return readers_.with_reader([](SqliteReader& reader) { return reader.staged(); });
  }

  void drop_staged() override {
    require_writer();
    std::optional<Erasing> staged = write([&] { return writer_->staged(); });
    if (staged) static_cast<void>(erase(*staged, [] { return true; }));
  }

  [[nodiscard]] Expected<Appended, Conflict> admit(const Arrival& arrival, const Batch& batch) override {
    require_writer();
    require_well_formed(std::span(&batch, 1));
    return appended(write([&] { return writer_->admit(arrival, batch); }));
  }

  void bury(const Tombstone& tombstone) override {
    require_writer();
    write([&] {
      state_files_.remove();  // the account is in it
      writer_->bury(tombstone);
      return Done{};
    });
  }

  [[nodiscard]] std::optional<KeptState> kept_state() const override {
    std::optional<StateFile> file = state_files_.read();
    const bool fits = file && 0 <= file->state.size && file->state.size <= head() && file->state.moves == moves() &&
                      root_at(file->state.size) == file->root;
    if (file && !fits && writer_) state_files_.remove();  // so that it never fits by chance later
    return fits ? std::optional(std::move(file->state)) : std::nullopt;
  }

  void keep_state(const KeptState& state) override {
    require_writer();
    const std::lock_guard keeping(keep_mutex_);
    if (state.moves == moves()) state_files_.write_beside({state, root_at(state.size)});
    const std::lock_guard lock(append_mutex_);  // no account moves now
    if (state.moves == moves()) {
      state_files_.put_in_place();
    } else {
      state_files_.remove();
    }
  }

  [[nodiscard]] bool erase_buried(const std::function<bool()>& go_on) override {
    require_writer();
    for (;;) {
      std::optional<Erasing> buried = write([&] { return writer_->next_buried(); });
      if (!buried) return true;
      if (!erase(*buried, go_on)) return false;
    }
  }

  [[nodiscard]] std::vector<AccountId> accounts() const override {
    return readers_.with_reader([](SqliteReader& reader) { return reader.accounts(); });
  }

  [[nodiscard]] std::optional<Arrival> arrival_of(const AccountId& account) const override {
    return readers_.with_reader([&](SqliteReader& reader) { return reader.arrival_of(account); });
  }

  [[nodiscard]] std::vector<Tombstone> tombstones() const override {
    return readers_.with_reader([](SqliteReader& reader) { return reader.tombstones(); });
  }

  [[nodiscard]] std::vector<Departed> departed(std::int64_t after, std::int64_t to) const override {
    std::vector<Departed> runs;
    const std::int64_t last = std::min(to, head());
    for (std::int64_t at = std::max<std::int64_t>(after, 0); at < last;) {
      EventPage page = readers_.with_reader([&](SqliteReader& reader) { return reader.events(at, last); });
      at = page.reached;
      for (Departed& run : page.departed) add_run(std::move(run), runs);
    }
    return runs;
  }

  [[nodiscard]] std::int64_t moves() const override {
    return readers_.with_reader([](SqliteReader& reader) { return reader.moves(); });
  }

  [[nodiscard]] TreeHead tree() const override {
    if (writer_) {
      const std::lock_guard lock(append_mutex_);
      return writer_->tree();
    }
    return readers_.with_reader([](SqliteReader& reader) { return reader.frontier().head(); });
  }

  [[nodiscard]] std::vector<TreeHash> tree_hashes(int tile_level, std::int64_t first,
                                                  std::int64_t count) const override {
    return readers_.with_reader([&](SqliteReader& reader) { return reader.tree_hashes(tile_level, first, count); });
  }

  void add_checkpoint(const StoredCheckpoint& checkpoint) override {
    require_writer();
    write([&] {
      writer_->add_checkpoint(checkpoint);
      return Done{};
    });
  }

  [[nodiscard]] std::optional<StoredCheckpoint> newest_checkpoint() const override {
    return readers_.with_reader([](SqliteReader& reader) { return reader.tree().newest_checkpoint(); });
  }

  [[nodiscard]] std::optional<StoredCheckpoint> checkpoint_behind(std::int64_t size) const override {
    return readers_.with_reader([&](SqliteReader& reader) { return reader.tree().checkpoint_behind(size); });
  }

  void set_lock_text(const std::string& text) override {
    if (lock_) lock_->set_text(text);
  }

  [[nodiscard]] bool read_packed(const VisitPacked& visit) const override {
    return readers_.with_reader([&](SqliteReader& reader) { return reader.read_packed(visit); });
  }

  [[nodiscard]] std::vector<std::string> account_names(std::int64_t to) const override {
    return readers_.with_reader([&](SqliteReader& reader) { return reader.account_names(to); });
  }

  [[nodiscard]] bool is_older_format() const override {
    return readers_.with_reader([](SqliteReader& reader) { return reader.is_older_format(); });
  }

  void check_structure() const override {
    readers_.with_reader([](SqliteReader& reader) {
      reader.check_structure();
      return Done{};
    });
  }

 private:
  [[nodiscard]] TreeHash root_at(std::int64_t size) const {
    return readers_.with_reader([&](SqliteReader& reader) { return reader.root_at(size); });
  }
  void require_writer() const {
    if (!writer_) throw Fault(Fault::Kind::read_only, file_.string() + ": opened to read only");
  }
  static void add_bodies(const std::vector<Event>& events, std::vector<std::vector<std::uint8_t>>& bodies) {
    for (const Event& event : events) encode_event(event, bodies.emplace_back());
  }
  template <class Action>
  std::invoke_result_t<Action&> write(Action&& action) {
    const std::lock_guard lock(append_mutex_);
    auto outcome = with_faults(file_, "writing", action);
    head_ = writer_->head();
    return outcome;
  }
  Expected<Appended, Conflict> appended(Expected<Appended, Conflict> outcome) {
    if (outcome) listeners_.notify(outcome->last_seq);
    return outcome;
  }

  // Piece by piece, each with its own turn among the appends. A tombstone says "erased" once no byte is left anywhere.
  [[nodiscard]] bool erase(Erasing& erasing, const std::function<bool()>& go_on) {
    for (;;) {
      if (!go_on()) return false;
      const bool more = write([&] { return writer_->zero_piece(erasing); });
      if (!more) break;
    }
    const std::lock_guard keeping(keep_mutex_);
    return write([&] {
      if (!writer_->checkpoint()) return false;
      state_files_.remove();  // nobody writes one meanwhile
      writer_->mark_erased(erasing);
      return true;
    });
  }

  static void add_run(Departed&& run, std::vector<Departed>& runs) {
    const bool goes_on = !runs.empty() && runs.back().last_seq + 1 == run.first_seq &&
                         runs.back().account == run.account && runs.back().to == run.to;
    if (goes_on) {
      runs.back().last_seq = run.last_seq;
    } else {
      runs.push_back(std::move(run));
    }
  }

  // The batch's events behind `after`, up to `to`. false: its account left after the batch was read.
  [[nodiscard]] bool fill(BatchRow& row, std::int64_t after, std::int64_t to, EventPages& events) const {
    for (std::int64_t seq = after + 1; seq <= to; ++seq) {
      if (events.at_end() || events.peek().seq != seq) {
        const bool left = readers_.with_reader([&](SqliteReader& reader) { return reader.has_left(row.stay); });
        if (left) return false;
      }
      add_event(row, events.next(), seq);
    }
    return true;
  }

  // Puts the batch's next event into it.
  void add_event(BatchRow& row, Event&& event, std::int64_t seq) const {
    if (event.seq != seq || event.account != row.account || event.key != row.batch.key) {
      throw Fault(Fault::Kind::damaged, file_.string() + ": batch " + std::to_string(row.id) + " claims event " +
                                            std::to_string(seq) + ", which is another's");
    }
    row.batch.events.push_back(std::move(event));
  }

  std::filesystem::path file_;
  RegionId region_;
  StateFiles state_files_;
  // In this order: the writer closes after the readers and checkpoints, and only then another process may begin.
  std::unique_ptr<DirectoryLock> lock_;
  std::unique_ptr<SqliteWriter> writer_;
  ReaderPool readers_;
  mutable std::mutex append_mutex_;
  std::mutex keep_mutex_;  // of who writes a state beside; taken before the other
  std::atomic<std::int64_t> head_ = 0;
  Listeners listeners_;
};

}  // namespace

std::unique_ptr<SqliteLog> open_sqlite(const SqliteOptions& options) {
  const std::filesystem::path file = options.directory / ledger_file;
  if (options.read_only) {
    if (!is_there(file)) {
      throw Fault(Fault::Kind::unavailable, file.string() + ": there is no ledger here");
    }
    return std::make_unique<DatabaseLog>(file, options.region, nullptr, nullptr);
  }
  make_private_directory(options.directory);
  auto lock = options.locked ? nullptr : std::make_unique<DirectoryLock>(options.directory);
  auto writer = with_faults(file, "opening", [&] { return std::make_unique<SqliteWriter>(file, options.index); });
  return std::make_unique<DatabaseLog>(file, options.region, std::move(lock), std::move(writer));
}

bool is_only_begun(const std::filesystem::path& ledger) {
  // A rollback journal is there only until the database has its write-ahead log, which comes before its tables.
  if (is_there(ledger.string() + "-journal")) return true;
  try {
    const SQLite::Database database = open_read_only(ledger);  // waits for who is making it
    SQLite::Statement tables(database, "SELECT count(*) FROM sqlite_schema");
    return tables.executeStep() && tables.getColumn(0).getInt64() == 0;
  } catch (const SQLite::Exception&) {
    return false;  // opening it says what is wrong
  }
}

}  // namespace creditfold
