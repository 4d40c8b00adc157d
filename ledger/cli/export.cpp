// SPDX-License-Identifier: Apache-2.0
// creditfold export: the log, or one account's part of it, as it stands at this moment.
#include "events/cflog.hpp"
#include "events/store/memory_partition.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/json.hpp"

namespace creditfold::cli {
namespace {

void require_format(const std::string& format) {
  if (format == "jsonl" || format == "cflog") return;
  throw UsageError("--format " + format + (format == "focus" ? " is not written yet" : " is not known") +
                   "; the formats supported are jsonl and cflog");
}

// Calls `give` for what stands in the place of events that left, up to `to`.
template <class Give>
void explain(const Partition& log, std::int64_t& seq, std::int64_t to, Give&& give) {
  if (to <= seq) return;
  for (const Departed& run : log.departed(seq, to)) give(run);
  seq = to;
}

void write_json_lines(const Partition& log, const LogRange& range, Output& out) {
  const auto write = [&](Event&& event) {
    out.line(to_json(event));
    return true;
  };
  if (range.account) return log.read_account(*range.account, range.after, range.to, write);
  std::int64_t seq = range.after;
  const auto line = [&](const Departed& run) { out.line(to_json(run)); };
  log.read(range.after, range.to, [&](Event&& event) {
    explain(log, seq, event.seq - 1, line);
    seq = event.seq;
    return write(std::move(event));
  });
  explain(log, seq, range.to, line);
}

// Batches travel along, so that their keys keep commands from being taken twice wherever the log goes (H19).
void write_cflog(const Partition& log, const LogRange& range, Output& out) {
  CflogWriter writer([&](std::span<const std::uint8_t> bytes) { out.write(bytes); },
                     {range.after, range.account, partition_of(log.region())});
  std::int64_t seq = range.after;
  const auto record = [&](const Departed& run) { writer.departed(run); };
  log.read_batches(range, [&](const AccountId& account, StoredBatch&& batch) {
    for (const Event& event : batch.events) {
      if (!range.account) explain(log, seq, event.seq - 1, record);
      seq = event.seq;
      writer.event(event);
    }
    const bool whole = batch.first_seq - 1 + batch.count <= range.to;
    if (whole) writer.batch({account, batch.key, batch.command, batch.count});
    return true;
  });
  if (!range.account) explain(log, seq, range.to, record);
  writer.finish(range.to);
}

void write_log(const Partition& log, const ExportOptions& options, const LogRange& range, Output& out) {
  if (options.format == "cflog") {
    write_cflog(log, range, out);
  } else {
    write_json_lines(log, range, out);
  }
}

const SqliteLog* log_meant(const SqlitePartitions& partitions, const ExportOptions& options) {
  const SqliteLog* home = options.account ? partitions.home_of(*options.account) : nullptr;
  if (options.account && options.region && home != nullptr && home->region() != *options.region) return nullptr;
  if (options.account) return home;
  const RegionId region = region_meant(partitions, options.region);
  if (!partitions.unburied(region).empty()) {
    throw Fault(Fault::Kind::busy, "an account left region " + region.value +
                                       " and is not buried there yet; the next serve or apply finishes it");
  }
  return partitions.find(region);
}

ExitStatus write_out(const ExportOptions& options, const Partition& log) {
  const LogRange range{.after = options.after, .to = log.head(), .account = options.account};
  if (range.after > range.to) {
    throw UsageError("--after " + std::to_string(range.after) + " lies behind the log, which ends at " +
                     std::to_string(range.to));
  }
  if (options.output) {
    OutputFile file(*options.output);
    write_log(log, options, range, file.output());
    file.finish();
  } else {
    Output out = Output::standard();
    write_log(log, options, range, out);
    out.flush();
  }
  return ExitStatus::done;
}

}  // namespace

ExitStatus run(const ExportOptions& options) {
  require_format(options.format);
  if (options.format == "cflog" && !options.output && Output::standard().is_terminal()) {
    throw UsageError("a .cflog is binary and would spoil the terminal; name a file with --output, or redirect");
  }
  const SqlitePartitions partitions(options.data, true);
  const SqliteLog* log = log_meant(partitions, options);
  if (log == nullptr && options.account) return refuse_unknown_account(*options.account, false);
  const MemoryPartition empty;
  return write_out(options, log != nullptr ? static_cast<const Partition&>(*log) : empty);
}

}  // namespace creditfold::cli
