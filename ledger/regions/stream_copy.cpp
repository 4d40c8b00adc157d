// SPDX-License-Identifier: Apache-2.0
#include "ledger/regions/stream_copy.hpp"

#include "events/codec.hpp"
#include "ledger/evolve.hpp"

namespace creditfold {
namespace {

[[noreturn]] void differs(const AccountId& account, const std::string& what) {
  throw Fault(Fault::Kind::damaged, "the copy of account " + account.value + " is not what was copied: " + what);
}

}  // namespace

std::int64_t StreamCopy::catch_up(const std::function<bool()>& go_on) {
  const std::int64_t before = sent_.events();
  std::int64_t to_skip = empty_at_seq_;
  bool stopped = false;
  from_.read_batches({seq_, from_.head(), account_}, [&](const AccountId&, StoredBatch&& batch) {
    const bool taken = batch.count == 0 && batch.first_seq - 1 == seq_ && to_skip > 0;
    if (taken) {
      --to_skip;
      return true;
    }
    take(std::move(batch));
    if (piece_events_ < events_per_piece_max && piece_bytes_ < bytes_per_piece_max) return true;
    stage_piece();
    stopped = !go_on();
    return !stopped;
  });
  if (!stopped) stage_piece();
  return sent_.events() - before;
}

void StreamCopy::take(StoredBatch&& batch) {
  std::vector<std::uint8_t> bytes;
  for (const Event& event : batch.events) {
    sent_.add(event);
    encode_event(event, bytes);
  }
  piece_events_ += batch.events.size() + 1;
  piece_bytes_ += bytes.size();
  const std::int64_t last = batch.first_seq - 1 + batch.count;
  empty_at_seq_ = batch.count == 0 && last == seq_ ? empty_at_seq_ + 1 : batch.count == 0 ? 1 : 0;
  seq_ = last;
  piece_.push_back(std::move(batch));
}

void StreamCopy::stage_piece() {
  if (piece_.empty()) return;
  to_.stage(account_, piece_);
  for (StoredBatch& batch : piece_) {
    batch.events.clear();
    unread_.push_back(std::move(batch));
  }
  piece_.clear();
  piece_events_ = 0;
  piece_bytes_ = 0;
  read_back();
}

void StreamCopy::read_back() {
  std::size_t at = 0;
  to_.read_staged(batches_back_, [&](StoredBatch&& batch) {
    const bool same = at < unread_.size() && unread_[at].key == batch.key && unread_[at].command == batch.command &&
                      unread_[at].count == static_cast<std::int64_t>(batch.events.size());
    if (!same) differs(account_, "batch " + std::to_string(batches_back_ + 1));
    for (Event& event : batch.events) {
      back_.add(event);
      event.seq = back_.events();  // the fold wants them to ascend, no more
      try {
        evolve(state_, event);
      } catch (const std::exception& error) {
        differs(account_, error.what());
      }
    }
    ++at;
    ++batches_back_;
    return true;
  });
  if (at != unread_.size()) differs(account_, "batches are missing");
  unread_.clear();
  if (!(back_.copied() == sent_.copied())) differs(account_, "another SHA-256 after reading it back");
}

}  // namespace creditfold
