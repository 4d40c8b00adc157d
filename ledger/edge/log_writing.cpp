// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/log_writing.hpp"

#include "events/cflog.hpp"
#include "ledger/focus.hpp"
#include "ledger/json.hpp"

namespace creditfold::edge {
namespace {

void read_range(const Log& log, const LogRange& range, const std::function<bool(Event&&)>& visit) {
  if (range.account) {
    log.read_account(*range.account, range.after, range.to, visit);
  } else {
    log.read(range.after, range.to, visit);
  }
}

}  // namespace

void write_json_lines(const Log& log, const LogRange& range, const TextSink& sink, const TextOpening& open) {
  read_range(log, range, [&](Event&& event) {
    if (open) open(event);
    sink(to_json(event) + "\n");
    return true;
  });
}

std::int64_t write_cflog(const Log& log, const LogRange& range, const TextSink& sink, std::int64_t batches_max) {
  std::int64_t batches = 0;
  CflogWriter writer(
      [&](std::span<const std::uint8_t> bytes) { sink({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); },
      {range.after, range.account});
  log.read_batches(range, [&](const AccountId& account, StoredBatch&& batch) {
    if (batches == batches_max) return false;
    ++batches;
    for (const Event& event : batch.events) writer.event(event);
    const bool whole = batch.first_seq - 1 + batch.count <= range.to;
    if (whole) writer.batch({account, batch.key, batch.command, batch.count});
    return true;
  });
  writer.finish(range.to);
  return batches;
}

// From the beginning, whatever `after`: the period of a charge is found by the fold.
void write_focus(const Log& log, const LogRange& range, const Catalog& catalog, const TextSink& sink) {
  FocusWriter writer(catalog, sink);
  read_range(log, {.after = 0, .to = range.to, .account = range.account}, [&](Event&& event) {
    writer.event(event, event.seq > range.after);
    return true;
  });
  writer.finish();
}

}  // namespace creditfold::edge
