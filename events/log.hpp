// SPDX-License-Identifier: Apache-2.0
// The one port to where events are kept. Stores implement it (events/store/); nothing else knows how a log lies on
// disk.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "events/event.hpp"
#include "events/expected.hpp"

namespace creditfold {

// Limits of one append. A batch is one command's events; a group is what one transaction takes.
inline constexpr std::size_t events_per_batch_max = 100'000;
inline constexpr std::size_t event_bytes_max = 2U << 20;  // 2 MiB: above the longest builder list, far below any memory

// What one accepted command appends: its events (maybe none) and what makes it once and for ever (H19).
struct Batch {
  AccountId account;
  std::int64_t expected_version = 0;  // the account's version before the batch; 0 for a new account
  IdempotencyKey key;
  CommandDigest command;      // of the command as sent
  std::vector<Event> events;  // account and version set: expected_version + 1 …; seq is ignored and given by the log
};

struct StoredBatch {
  IdempotencyKey key;
  CommandDigest command;
  std::vector<Event> events;   // with their seq
  std::int64_t first_seq = 0;  // of its first event; of the next event there was when it has none
  std::int64_t count = 0;      // events of the whole batch: more than `events` holds when a range cut it
};

// A part of the log: events with after < seq <= to, and the batches they belong to. A batch without events lies between
// two events, first_seq - 1 and first_seq, and belongs to the part when after <= first_seq - 1 <= to.
struct LogRange {
  std::int64_t after = 0;
  std::int64_t to = -1;              // -1: to the head
  std::optional<AccountId> account;  // only this account's
};

// Another writer was first: the account is not at the version expected, or the key is there already.
struct Conflict {
  std::size_t batch = 0;  // index in the span given to append
  std::int64_t actual_version = 0;
  std::string what;
};

struct Appended {
  std::int64_t first_seq = 0;  // of the first event of the first batch; events of the group follow in order
  std::int64_t last_seq = 0;   // the log's head afterwards
};

// The machine failed, or what is stored is damaged. Thrown by stores, caught at the edges: service, command line, wasm.
class Fault : public std::runtime_error {
 public:
  enum class Kind { damaged, busy, full, read_only, unavailable, unsupported_format };
  Fault(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

class Log {
 public:
  virtual ~Log() = default;

  // The region whose partition this is; empty for a log of nobody's (a what-if, a part of another log). Its events say
  // it as `partition_of` does.
  [[nodiscard]] virtual RegionId region() const { return {}; }

  // Appends all batches in order as one transaction, or nothing. When it returns positions, they are on disk.
  // REQUIRES: every batch's events are numbered from its expected_version + 1; several batches of one account follow
  // each other. Throws Fault when the environment fails; then nothing was appended.
  [[nodiscard]] virtual Expected<Appended, Conflict> append(std::span<const Batch> group) = 0;

  // Calls `visit` for events with after < seq <= to in order, until it returns false. to = -1: to the head.
  virtual void read(std::int64_t after, std::int64_t to, const std::function<bool(Event&&)>& visit) const = 0;

  // The same over one account's events, by their seq.
  virtual void read_account(const AccountId& account, std::int64_t after, std::int64_t to,
                            const std::function<bool(Event&&)>& visit) const = 0;

  // The stored batch of a key, for ever. Empty when the key was never accepted.
  [[nodiscard]] virtual std::optional<StoredBatch> find(const AccountId& account, const IdempotencyKey& key) const = 0;

  // Calls `visit` for the stored batches of a range in the order of acceptance, those without events included, each
  // with its events inside the range, until it returns false.
  virtual void read_batches(const LogRange& range,
                            const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const = 0;
  void read_batches(const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const {
    read_batches(LogRange{}, visit);
  }

  [[nodiscard]] virtual std::int64_t head() const = 0;  // seq of the newest event, 0 when empty

  // Calls `listener` after each append that returned, with the new head, on the appending thread. Returns a token whose
  // destruction unsubscribes.
  [[nodiscard]] virtual std::shared_ptr<void> subscribe(std::function<void(std::int64_t head)> listener) = 0;
};

}  // namespace creditfold
