// SPDX-License-Identifier: Apache-2.0
// The log in memory. Visitors are called without the lock, on copies, so that they may append or read again.
#include "events/store/memory.hpp"

#include <algorithm>
#include <utility>

#include "events/codec.hpp"
#include "events/store/group.hpp"

namespace creditfold {
namespace {

// A store on disk writes bytes and so refuses what has none; this one has to refuse the same.
void require_encodable(std::span<const Batch> group) {
  std::vector<std::uint8_t> bytes;
  for (const Batch& batch : group) {
    for (const Event& event : batch.events) {
      bytes.clear();
      encode_event(event, bytes);
    }
  }
}

}  // namespace

Expected<Appended, Conflict> MemoryLog::append(std::span<const Batch> group) {
  require_well_formed(group);
  require_encodable(group);
  Appended appended;
  {
    const std::lock_guard lock(mutex_);
    // First everything that could refuse, as if the batches before were kept already; then everything at once.
    std::map<AccountId, std::int64_t> versions;
    std::map<std::pair<AccountId, IdempotencyKey>, std::size_t> keys;
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Batch& batch = group[i];
      const auto account = accounts_.find(batch.account);
      const bool known = account != accounts_.end();
      const auto version = versions.emplace(batch.account, known ? account->second.version : 0).first;
      const bool stored = known && account->second.batches.count(batch.key) > 0;
      if (stored || !keys.emplace(std::pair{batch.account, batch.key}, i).second) {
        return Unexpected{Conflict{i, version->second, "the key is there already"}};
      }
      if (version->second != batch.expected_version) {
        return Unexpected{Conflict{i, version->second, "the account is at another version"}};
      }
      version->second += static_cast<std::int64_t>(batch.events.size());
    }
    appended.first_seq = head_locked() + 1;
    for (const Batch& batch : group) {
      StoredBatch stored{batch.key, batch.command, batch.events, head_locked() + 1,
                         static_cast<std::int64_t>(batch.events.size())};
      std::int64_t seq = head_locked();
      for (Event& event : stored.events) {
        event.seq = ++seq;
        event.partition = partition_of(region_);
      }
      keep(batch.account, std::move(stored));
    }
    appended.last_seq = head_locked();
  }
  listeners_.notify(appended.last_seq);
  return appended;
}

Expected<Done, Conflict> MemoryLog::adopt(const AccountId& account, StoredBatch&& batch) {
  std::int64_t head = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto known = accounts_.find(account);
    std::int64_t version = known == accounts_.end() ? 0 : known->second.version;
    const auto conflict = [&](const char* what) { return Unexpected{Conflict{0, version, what}}; };
    if (known != accounts_.end()) {
      const auto there = known->second.batches.find(batch.key);
      if (there != known->second.batches.end()) {
        const Record& record = records_[there->second];
        const bool same = record.command == batch.command && record.count == batch.count;
        if (same) return Done{};
        return conflict("the key is there already");
      }
    }
    std::int64_t seq = head_locked();
    for (const Event& event : batch.events) {
      if (event.account != account || event.key != batch.key) return conflict("an event of another batch");
      if (event.seq <= seq) return conflict("an event before the log's head");
      if (version != 0 && event.version != version + 1) return conflict("the account is at another version");
      seq = event.seq;
      version = event.version;
    }
    keep(account, std::move(batch));
    head = head_locked();
  }
  listeners_.notify(head);
  return Done{};
}

void MemoryLog::keep(const AccountId& account, StoredBatch&& batch) {
  Account& entry = accounts_[account];
  entry.batches.emplace(batch.key, records_.size());
  records_.push_back(
      {account, batch.key, batch.command, batch.first_seq, batch.count, events_.size(), batch.events.size()});
  for (Event& event : batch.events) {
    entry.version = event.version;
    entry.events.push_back(events_.size());
    events_.push_back(std::move(event));
  }
}

void MemoryLog::forget(const AccountId& account) {
  const std::lock_guard lock(mutex_);
  forgotten_head_ = head_locked();
  std::deque<Event> events = std::exchange(events_, {});
  std::deque<Record> records = std::exchange(records_, {});
  accounts_.clear();
  for (Record& record : records) {
    if (record.account == account) continue;
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(record.first);
    const auto last = first + static_cast<std::ptrdiff_t>(record.held);
    StoredBatch batch{record.key, record.command, {std::make_move_iterator(first), std::make_move_iterator(last)},
                      record.first_seq, record.count};
    keep(record.account, std::move(batch));
  }
}

void MemoryLog::read(std::int64_t after, std::int64_t to, const std::function<bool(Event&&)>& visit) const {
  std::unique_lock lock(mutex_);
  const std::int64_t last = to < 0 ? head_locked() : to;
  const auto first = std::upper_bound(events_.begin(), events_.end(), after,
                                      [](std::int64_t seq, const Event& event) { return seq < event.seq; });
  auto index = static_cast<std::size_t>(first - events_.begin());
  for (; index < events_.size() && events_[index].seq <= last; ++index) {
    Event event = events_[index];
    lock.unlock();
    if (!visit(std::move(event))) return;
    lock.lock();
  }
}

void MemoryLog::read_account(const AccountId& account, std::int64_t after, std::int64_t to,
                             const std::function<bool(Event&&)>& visit) const {
  std::unique_lock lock(mutex_);
  const std::int64_t last = to < 0 ? head_locked() : to;
  const auto entry = accounts_.find(account);
  if (entry == accounts_.end()) return;
  const std::vector<std::size_t>& events = entry->second.events;  // entries of a map stay where they are
  const auto first = std::upper_bound(events.begin(), events.end(), after,
                                      [this](std::int64_t seq, std::size_t index) { return seq < events_[index].seq; });
  auto at = static_cast<std::size_t>(first - events.begin());
  for (; at < events.size() && events_[events[at]].seq <= last; ++at) {
    Event event = events_[events[at]];
    lock.unlock();
    if (!visit(std::move(event))) return;
    lock.lock();
  }
}

StoredBatch MemoryLog::stored(const Record& record, std::int64_t after, std::int64_t to) const {
  StoredBatch batch{record.key, record.command, {}, record.first_seq, record.count};
  for (std::size_t i = record.first; i < record.first + record.held; ++i) {
    if (events_[i].seq > after && events_[i].seq <= to) batch.events.push_back(events_[i]);
  }
  return batch;
}

std::optional<StoredBatch> MemoryLog::find(const AccountId& account, const IdempotencyKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto entry = accounts_.find(account);
  if (entry == accounts_.end()) return std::nullopt;
  const auto found = entry->second.batches.find(key);
  if (found == entry->second.batches.end()) return std::nullopt;
  return stored(records_[found->second], 0, head_locked());
}

void MemoryLog::read_batches(const LogRange& range,
                             const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const {
  std::unique_lock lock(mutex_);
  const std::int64_t last = range.to < 0 ? head_locked() : range.to;
  const std::size_t end = records_.size();
  for (std::size_t i = 0; i < end; ++i) {
    const Record& record = records_[i];
    if (range.account && record.account != *range.account) continue;
    StoredBatch batch = stored(record, range.after, last);
    const std::int64_t between = record.first_seq - 1;
    const bool inside = record.count == 0 ? range.after <= between && between <= last : !batch.events.empty();
    if (!inside) continue;
    const AccountId account = record.account;
    lock.unlock();
    if (!visit(account, std::move(batch))) return;
    lock.lock();
  }
}

std::int64_t MemoryLog::head() const {
  const std::lock_guard lock(mutex_);
  return head_locked();
}

std::shared_ptr<void> MemoryLog::subscribe(std::function<void(std::int64_t head)> listener) {
  return listeners_.add(std::move(listener));
}

}  // namespace creditfold
