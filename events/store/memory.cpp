// SPDX-License-Identifier: Apache-2.0
// The log in memory. Visitors are called without the lock, on copies, so that they may append or read again.
#include "events/store/memory.hpp"

#include <algorithm>
#include <utility>

#include "events/checksum.hpp"
#include "events/codec.hpp"
#include "events/store/group.hpp"

namespace creditfold {
namespace {

constexpr std::size_t slots_least = 64;
// Slots that are fetched together: as many as a processor's caches hold with the pages they lie on.
constexpr std::size_t slots_fetched = 512;
constexpr const char* key_is_there = "the key is there already";

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
      const bool stored = known && record_of(account->second, batch.key) != none;
      if (stored || !keys.emplace(std::pair{batch.account, batch.key}, i).second) {
        return Unexpected{Conflict{i, version->second, key_is_there}};
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
    add_unsettled();
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
    const std::uint32_t there = known == accounts_.end() ? none : record_of(known->second, batch.key);
    if (there != none) {
      const Record& record = records_[there];
      const bool same = record.command == batch.command && record.count == batch.count;
      if (same) return Done{};
      return Unexpected{Conflict{0, known->second.version, key_is_there}};
    }
    const auto followed = follow(account, std::move(batch), {});
    if (!followed) return followed;
    add_unsettled();
    head = head_locked();
  }
  listeners_.notify(head);
  return Done{};
}

Expected<Done, Conflict> MemoryLog::adopt_unsettled(const AccountId& account, StoredBatch&& batch,
                                                    std::span<const std::uint8_t> encoded) {
  const std::lock_guard lock(mutex_);
  if (unsettled_.size() >= slots_fetched && !add_unsettled()) return Unexpected{Conflict{0, 0, key_is_there}};
  return follow(account, std::move(batch), encoded);
}

Expected<Done, Conflict> MemoryLog::settle() {
  std::int64_t head = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!add_unsettled()) return Unexpected{Conflict{0, 0, key_is_there}};
    head = head_locked();
  }
  listeners_.notify(head);
  return Done{};
}

// Keeps a batch if its events follow those that are here.
Expected<Done, Conflict> MemoryLog::follow(const AccountId& account, StoredBatch&& batch,
                                           std::span<const std::uint8_t> encoded) {
  const auto known = accounts_.find(account);
  std::int64_t version = known == accounts_.end() ? 0 : known->second.version;
  const auto conflict = [&](const char* what) { return Unexpected{Conflict{0, version, what}}; };
  std::int64_t seq = head_locked();
  for (const Event& event : batch.events) {
    if (event.account != account || event.key != batch.key) return conflict("an event of another batch");
    if (event.seq <= seq) return conflict("an event before the log's head");
    if (version != 0 && event.version != version + 1) return conflict("the account is at another version");
    seq = event.seq;
    version = event.version;
  }
  keep(account, std::move(batch), encoded);
  return Done{};
}

std::uint32_t MemoryLog::hash_of(const Account& account, const IdempotencyKey& key) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(key.value.data());
  return static_cast<std::uint32_t>(checksum({bytes, key.value.size()}, account.number));
}

IdempotencyKey MemoryLog::key_of(std::uint32_t record) const {
  if (records_[record].held > 0) return events_.at(records_[record].first).key;
  const auto kept = std::lower_bound(keys_.begin(), keys_.end(), record,
                                     [](const auto& each, std::uint32_t wanted) { return each.first < wanted; });
  return kept->second;
}

std::uint32_t MemoryLog::record_of(const Account& account, const IdempotencyKey& key) const {
  if (slots_.empty()) return none;
  const std::uint32_t hash = hash_of(account, key);
  for (std::size_t at = hash;; ++at) {
    const Slot slot = slots_[at & (slots_.size() - 1)];
    if (slot.record == none) return none;
    const bool may_be = slot.hash == hash && &records_[slot.record].account->second == &account;
    if (may_be && key_of(slot.record) == key) return slot.record;
  }
}

bool MemoryLog::is_same_key(std::uint32_t a, std::uint32_t b) const {
  return records_[a].account == records_[b].account && key_of(a) == key_of(b);
}

// REQUIRES: one is free.
bool MemoryLog::add_slot(Slot slot) {
  std::size_t at = slot.hash & (slots_.size() - 1);
  for (; slots_[at].record != none; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == slot.hash && is_same_key(slots_[at].record, slot.record)) return false;
  }
  slots_[at] = slot;
  return true;
}

// Whether the keys of all were new. One slot after the other would be waited for in memory, a third of a microsecond
// each in a large log; they are fetched together.
bool MemoryLog::add_unsettled() {
  while (records_.size() > slots_.size() / 4 * 3) {
    const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(std::max(slots_least, 2 * slots_.size())));
    for (const Slot slot : before) {
      if (slot.record != none) add_slot(slot);
    }
  }
  bool fresh = true;
  for (const Slot slot : unsettled_) fetched_ += slots_[slot.hash & (slots_.size() - 1)].hash;
  for (const Slot slot : unsettled_) fresh = add_slot(slot) && fresh;
  unsettled_.clear();
  return fresh;
}

void MemoryLog::keep(const AccountId& account, StoredBatch&& batch, std::span<const std::uint8_t> encoded) {
  const std::size_t first = events_.size();
  if (encoded.empty()) {
    events_.push(batch.events);
  } else {
    events_.push(batch.events.front(), encoded);
  }
  const auto [entry, fresh] = accounts_.try_emplace(account);
  if (fresh) entry->second.number = accounts_.size();
  const auto record = static_cast<std::uint32_t>(records_.size());
  records_.push_back({&*entry, batch.first_seq, batch.count, static_cast<std::uint32_t>(first),
                      static_cast<std::uint32_t>(batch.events.size()), batch.command});
  unsettled_.push_back({hash_of(entry->second, batch.key), record});
  if (!batch.events.empty()) entry->second.version = batch.events.back().version;
  for (std::size_t i = first; i < events_.size(); ++i) entry->second.events.push_back(static_cast<std::uint32_t>(i));
  if (batch.events.empty()) keys_.emplace_back(record, std::move(batch.key));
}

void MemoryLog::forget(const AccountId& account) {
  const std::lock_guard lock(mutex_);
  forgotten_head_ = head_locked();
  std::vector<std::pair<AccountId, StoredBatch>> others;
  for (std::uint32_t i = 0; i < records_.size(); ++i) {
    const AccountId& of = records_[i].account->first;
    if (of != account) others.emplace_back(of, stored(i, 0, forgotten_head_));
  }
  drop_all();
  for (auto& [of, batch] : others) keep(of, std::move(batch));
  add_unsettled();
}

bool MemoryLog::is_empty() const {
  const std::lock_guard lock(mutex_);
  return records_.empty();
}

void MemoryLog::clear() {
  const std::lock_guard lock(mutex_);
  drop_all();
  forgotten_head_ = 0;
}

void MemoryLog::drop_all() {
  events_ = {};
  records_.clear();
  keys_.clear();
  slots_.clear();
  unsettled_.clear();
  accounts_.clear();
}

void MemoryLog::read(std::int64_t after, std::int64_t to, const std::function<bool(Event&&)>& visit) const {
  std::unique_lock lock(mutex_);
  const std::int64_t last = to < 0 ? head_locked() : to;
  Event event;
  for (std::size_t index = events_.behind(after); index < events_.size(); ++index) {
    events_.read(index, event);
    if (event.seq > last) return;
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
  const std::vector<std::uint32_t>& events = entry->second.events;  // entries of a map stay where they are
  const auto first = std::lower_bound(events.begin(), events.end(), events_.behind(after));
  auto at = static_cast<std::size_t>(first - events.begin());
  Event event;
  for (; at < events.size(); ++at) {
    events_.read(events[at], event);
    if (event.seq > last) return;
    lock.unlock();
    if (!visit(std::move(event))) return;
    lock.lock();
  }
}

StoredBatch MemoryLog::stored(std::uint32_t at, std::int64_t after, std::int64_t to) const {
  const Record& record = records_[at];
  StoredBatch batch{{}, record.command, {}, record.first_seq, record.count};
  for (std::size_t i = record.first; i < std::size_t{record.first} + record.held; ++i) {
    if (events_.seq(i) > after && events_.seq(i) <= to) batch.events.push_back(events_.at(i));
  }
  batch.key = batch.events.empty() ? key_of(at) : batch.events.front().key;
  return batch;
}

std::optional<StoredBatch> MemoryLog::find(const AccountId& account, const IdempotencyKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto entry = accounts_.find(account);
  if (entry == accounts_.end()) return std::nullopt;
  const std::uint32_t found = record_of(entry->second, key);
  return found == none ? std::nullopt : std::optional(stored(found, 0, head_locked()));
}

void MemoryLog::read_batches(const LogRange& range,
                             const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const {
  std::unique_lock lock(mutex_);
  const std::int64_t last = range.to < 0 ? head_locked() : range.to;
  const auto end = static_cast<std::uint32_t>(records_.size());
  // Those before end where the range begins, or before.
  const auto begin =
      std::lower_bound(records_.begin(), records_.end(), events_.behind(range.after),
                       [](const Record& record, std::size_t index) { return record.first + record.held < index; });
  for (auto i = static_cast<std::uint32_t>(begin - records_.begin()); i < end; ++i) {
    const Record& record = records_[i];
    if (record.held > 0 && events_.seq(record.first) > last) return;
    if (range.account && record.account->first != *range.account) continue;
    StoredBatch batch = stored(i, range.after, last);
    const std::int64_t between = record.first_seq - 1;
    const bool inside = record.count == 0 ? range.after <= between && between <= last : !batch.events.empty();
    if (!inside) continue;
    const AccountId account = record.account->first;
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
