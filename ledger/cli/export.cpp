// SPDX-License-Identifier: Apache-2.0
// creditfold export: the log, or one account's part of it, as it stands at this moment.
#include "events/cflog.hpp"
#include "events/store/sqlite.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/text_opener.hpp"
#include "ledger/json.hpp"

namespace creditfold::cli {
namespace {

void require_format(const std::string& format) {
  if (format == "jsonl" || format == "cflog") return;
  throw UsageError("--format " + format + (format == "focus" ? " is not written yet" : " is not known") +
                   "; the formats supported are jsonl and cflog");
}

// Sealed text is opened where its account's key is active and the key service gives it (EKM-5).
void write_json_lines(const Log& log, const ExportOptions& options, const LogRange& range, Output& out) {
  TextOpener opener(log, options.data, options);
  const auto write = [&](Event&& event) {
    opener.open(event);
    out.line(to_json(event));
    return true;
  };
  if (range.account) {
    log.read_account(*range.account, range.after, range.to, write);
  } else {
    log.read(range.after, range.to, write);
  }
}

// Batches travel along, so that their keys keep commands from being taken twice wherever the log goes (H19).
void write_cflog(const Log& log, const LogRange& range, Output& out) {
  CflogWriter writer([&](std::span<const std::uint8_t> bytes) { out.write(bytes); }, {range.after, range.account});
  log.read_batches(range, [&](const AccountId& account, StoredBatch&& batch) {
    for (const Event& event : batch.events) writer.event(event);
    const bool whole = batch.first_seq - 1 + batch.count <= range.to;
    if (whole) writer.batch({account, batch.key, batch.command, batch.count});
    return true;
  });
  writer.finish(range.to);
}

void write_log(const Log& log, const ExportOptions& options, const LogRange& range, Output& out) {
  if (options.format == "cflog") {
    write_cflog(log, range, out);
  } else {
    write_json_lines(log, options, range, out);
  }
}

bool is_known(const Log& log, const AccountId& account) {
  bool known = false;
  log.read_account(account, 0, -1, [&](Event&&) {
    known = true;
    return false;
  });
  return known;
}

}  // namespace

ExitStatus run(const ExportOptions& options) {
  require_format(options.format);
  if (options.format == "cflog" && !options.output && Output::standard().is_terminal()) {
    throw UsageError("a .cflog is binary and would spoil the terminal; name a file with --output, or redirect");
  }
  const auto log = open_sqlite({.directory = options.data, .read_only = true});
  if (options.account && !is_known(*log, *options.account)) return refuse_unknown_account(*options.account, false);
  const LogRange range{.after = options.after, .to = log->head(), .account = options.account};
  if (range.after > range.to) {
    throw UsageError("--after " + std::to_string(range.after) + " lies behind the log, which ends at " +
                     std::to_string(range.to));
  }
  if (options.output) {
    OutputFile file(*options.output);
    write_log(*log, options, range, file.output());
    file.finish();
  } else {
    Output out = Output::standard();
    write_log(*log, options, range, out);
    out.flush();
  }
  return ExitStatus::done;
}

}  // namespace creditfold::cli
