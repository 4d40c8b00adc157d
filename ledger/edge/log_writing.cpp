// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/log_writing.hpp"

#include <utility>

#include "events/cflog.hpp"
#include "ledger/focus.hpp"
#include "ledger/json.hpp"

namespace creditfold::edge {
namespace {

void read_range(const Partition& log, const LogRange& range, const std::function<bool(Event&&)>& visit) {
  if (range.account) {
    log.read_account(*range.account, range.after, range.to, visit);
  } else {
    log.read(range.after, range.to, visit);
  }
}

// What stands in the place of events that left a whole log for another region, up to `to`; an account's own range has
// none.
class Gaps {
 public:
  Gaps(const Partition& log, const LogRange& range, std::function<void(const Departed&)> tell)
      : log_(log), whole_(!range.account), seq_(range.after), tell_(std::move(tell)) {}

  void before(std::int64_t seq) {
    until(seq - 1);
    seq_ = seq;
  }
  void until(std::int64_t to) {
    if (!whole_ || to <= seq_) return;
    for (const Departed& run : log_.departed(seq_, to)) tell_(run);
    seq_ = to;
  }

 private:
  const Partition& log_;
  bool whole_;
  std::int64_t seq_;
  std::function<void(const Departed&)> tell_;
};

}  // namespace

void write_json_lines(const Partition& log, const LogRange& range, const TextSink& sink, const TextOpening& open) {
  Gaps gaps(log, range, [&](const Departed& run) { sink(to_json(run) + "\n"); });
  read_range(log, range, [&](Event&& event) {
    gaps.before(event.seq);
    if (open) open(event);
    sink(to_json(event) + "\n");
    return true;
  });
  gaps.until(range.to);
}

std::int64_t write_cflog(const Partition& log, const LogRange& range, const TextSink& sink, std::int64_t batches_max) {
  std::int64_t batches = 0;
  CflogWriter writer(
      [&](std::span<const std::uint8_t> bytes) { sink({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); },
      {range.after, range.account, partition_of(log.region())});
  Gaps gaps(log, range, [&](const Departed& run) { writer.departed(run); });
  log.read_batches(range, [&](const AccountId& account, StoredBatch&& batch) {
    if (batches == batches_max) return false;
    ++batches;
    for (const Event& event : batch.events) {
      gaps.before(event.seq);
      writer.event(event);
    }
    const bool whole = batch.first_seq - 1 + batch.count <= range.to;
    if (whole) writer.batch({account, batch.key, batch.command, batch.count});
    return true;
  });
  gaps.until(range.to);
  writer.finish(range.to);
  return batches;
}

// From the beginning, whatever `after`: the period of a charge is found by the fold.
void write_focus(const Partition& log, const LogRange& range, const Catalog& catalog, const TextSink& sink) {
  FocusWriter writer(catalog, sink);
  read_range(log, {.after = 0, .to = range.to, .account = range.account}, [&](Event&& event) {
    writer.event(event, event.seq > range.after);
    return true;
  });
  writer.finish();
}

}  // namespace creditfold::edge
