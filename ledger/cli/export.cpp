// SPDX-License-Identifier: Apache-2.0
// creditfold export: the log, or one account's part of it, as it stands at this moment; or everything of an account
// (AI-1).
#include "events/store/memory_partition.hpp"
#include "ledger/cli/answerer.hpp"
#include "ledger/cli/build.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/progress.hpp"
#include "ledger/cli/text_opener.hpp"
#include "ledger/edge/account_archive.hpp"
#include "ledger/edge/log_writing.hpp"
#include "ledger/read_model/model_file.hpp"
#include "ledger/read_model/read_model.hpp"

namespace creditfold::cli {
namespace {

constexpr const char* sqlite_format = "sqlite";

void require_format(const ExportOptions& options) {
  const std::string& format = options.format;
  const bool archive = format == "archive";
  const bool sqlite = format == sqlite_format;
  if (format != "jsonl" && format != "cflog" && format != "focus" && !archive && !sqlite) {
    throw UsageError("--format " + format +
                     " is not known; the formats supported are jsonl, cflog, focus, archive and sqlite");
  }
  if (sqlite && !options.output) throw UsageError("--format sqlite is a database; name its file with --output");
  if (sqlite && options.after > 0) throw UsageError("--format sqlite holds everything; leave --after out");
  if (archive && !options.account) throw UsageError("--format archive is of one account; name it with --account");
  if (archive && options.after > 0) throw UsageError("--format archive holds everything; leave --after out");
  const bool binary = archive || format == "cflog";
  if (binary && !options.output && Output::standard().is_terminal()) {
    throw UsageError(std::string(archive ? "a tar" : "a .cflog") +
                     " is binary and would spoil the terminal; name a file with --output, or redirect");
  }
}

// Sealed text is opened where its account's key is active and the key service gives it (EKM-5).
void write_log(const Partition& log, const ExportOptions& options, const CatalogWithText& catalog,
               const LogRange& range, Output& out) {
  const auto sink = [&](std::string_view text) { out.write(text); };
  TextOpener opener(log, options.data, options);
  const auto open = [&](Event& event) { opener.open(event); };
  if (options.format == "cflog") {
    static_cast<void>(edge::write_cflog(log, range, sink));
  } else if (options.format == "focus") {
    edge::write_focus(log, range, catalog.catalog, sink);
  } else if (options.format == "archive") {
    static_cast<void>(edge::write_account_archive(log, *options.account, catalog.catalog, catalog.json, sink, open));
  } else {
    edge::write_json_lines(log, range, sink, open);
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

ExitStatus write_out(const ExportOptions& options, const CatalogWithText& catalog, const Partition& log) {
  const LogRange range{.after = options.after, .to = log.head(), .account = options.account};
  if (range.after > range.to) {
    throw UsageError("--after " + std::to_string(range.after) + " lies behind the log, which ends at " +
                     std::to_string(range.to));
  }
  if (options.output) {
    OutputFile file(*options.output);
    write_log(log, options, catalog, range, file.output());
    file.finish();
  } else {
    Output out = Output::standard();
    write_log(log, options, catalog, range, out);
    out.flush();
  }
  return ExitStatus::done;
}

// What was written is of one moment when no account moved meanwhile; else it is written anew. Nothing: there is no such
// account.
std::unique_ptr<read_model::ModelFile> written_model(const ExportOptions& options, const Catalog& catalog,
                                                     const SqlitePartitions& partitions) {
  const MemoryPartition empty;
  const SqliteLog* const found = log_meant(partitions, options);
  if (found == nullptr && options.account) return nullptr;
  const Partition& log = found != nullptr ? static_cast<const Partition&>(*found) : empty;
  Progress progress("Exporting", log.head());
  auto file = std::make_unique<read_model::ModelFile>(*options.output);
  const read_model::Asked asked{.account = options.account,
                                .now = machine_now(),
                                .program = std::string(build_version),
                                .progress = [&](std::int64_t seq) { progress.advance_to(seq); }};
  return read_model::write_read_model(log, catalog, asked, file->part()) ? std::move(file) : nullptr;
}

ExitStatus write_model(const ExportOptions& options, const Catalog& catalog) {
  if (const auto objection = read_model::objection_to(*options.output)) throw UsageError(*objection);
  const auto file = steadily(options.data, [&](const SqlitePartitions& partitions) {
    return written_model(options, catalog, partitions);
  });
  if (!file) return refuse_unknown_account(*options.account, false);
  if (const auto objection = read_model::objection_to(*options.output)) throw UsageError(*objection);
  file->finish();
  return ExitStatus::done;
}

}  // namespace

ExitStatus run(const ExportOptions& options) {
  require_format(options);
  const CatalogWithText catalog = load_catalog_with_text(options.catalog);
  if (options.format == sqlite_format) return write_model(options, catalog.catalog);
  const SqlitePartitions partitions(options.data, true);
  const SqliteLog* log = log_meant(partitions, options);
  if (log == nullptr && options.account) return refuse_unknown_account(*options.account, false);
  const MemoryPartition empty;
  return write_out(options, catalog, log != nullptr ? static_cast<const Partition&>(*log) : empty);
}

}  // namespace creditfold::cli
