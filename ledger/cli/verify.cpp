// SPDX-License-Identifier: Apache-2.0
// creditfold verify: everything a log says, held against itself. Damaged bytes and facts that contradict each other end
// differently, and the first of either is named with its position and its place.
#include <optional>

#include "ledger/cli/auditor.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/progress.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/cli/tree_audit.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/replay.hpp"

namespace creditfold::cli {
namespace {

std::optional<Finding> audit(const LogSource& source, Auditor& auditor, TreeAudit* tree) {
  try {
    Progress progress("verifying " + source.name(), source.total());
    source.read([&](LogItem&& item) {
      progress.advance_to(item.done);
      return auditor.take(item);
    });
    if (!auditor.finding()) {
      source.check_structure();
      auditor.finish(source.partitions());
    }
    if (!auditor.finding() && tree != nullptr) return tree->run();
  } catch (const DamagedLog& damaged) {
    return Finding{true, auditor.position() + 1, to_text(damaged.place()), damaged.why()};
  } catch (const Fault& fault) {
    if (to_status(fault.kind()) != ExitStatus::damaged) throw;
    return Finding{true, auditor.position() + 1, "", fault.what()};
  }
  return auditor.finding();
}

// Once more when an account moved from one region to another meanwhile: it is then in both or in neither.
std::optional<Finding> audit_steadily(const VerifyOptions& options, std::optional<LogSource>& source,
                                      std::optional<Auditor>& auditor, std::optional<TreeAudit>& tree) {
  for (int attempt = 1;; ++attempt) {
    if (attempt > 1) source.emplace(options.log);
    auditor.emplace();
    const std::int64_t before = source->moves();
    // A kept book holds only while no account moves.
    const bool may_be_steady = attempt < steady_attempts_max;
    if (source->partitions() != nullptr && may_be_steady) auditor->expect_kept_books(*source->partitions());
    if (source->partitions() != nullptr) tree.emplace(*source->partitions(), options.key, options.checkpoint);
    auto finding = audit(*source, *auditor, tree ? &*tree : nullptr);
    if (source->moves() == before || attempt == steady_attempts_max) return finding;
  }
}

std::string good_json(const LogSource& source, const Auditor& auditor, const TreeAudit* tree) {
  const Book book = merged(auditor.books());
  JsonWriter out;
  out.open('{').field("ok", true).field("log", source.form_name()).field("events", book.events());
  if (source.form() != LogSource::Form::json_lines) out.field("batches", auditor.batches());
  out.field("accounts", static_cast<std::int64_t>(book.accounts().size()));
  if (source.regions().size() <= 1) out.field("seq", book.seq());
  out.field("fingerprint", fingerprint(book));
  if (!auditor.explained().empty()) {
    out.key("departed").open('[');
    for (const Explained& explained : auditor.explained()) {
      out.open('{');
      if (!explained.region.value.empty()) out.field("region", explained.region);
      out.field("account", explained.account)
          .field("to", explained.to)
          .field("positions", explained.positions)
          .close('}');
    }
    out.close(']');
  }
  if (tree != nullptr) {
    out.key("trees").open('[');
    for (const TreeSummary& of : tree->trees()) {
      out.open('{').field("region", of.region).field("size", of.tree.size);
      out.field("root", std::string_view(to_base64(of.tree.root)));
      out.field("checkpoints", of.checkpoints).field("signatures_checked", of.signatures).close('}');
    }
    out.close(']');
  }
  out.close('}');
  return out.take();
}

std::string bad_json(const Finding& finding) {
  JsonWriter out;
  out.open('{').field("ok", false).field("damaged", finding.damaged).field("seq", finding.seq);
  if (!finding.place.empty()) out.field("place", std::string_view(finding.place));
  out.field("what", std::string_view(finding.what)).close('}');
  return out.take();
}

std::string tree_text(const TreeSummary& of) {
  if (of.checkpoints == 0)
    return "The tree of region " + of.region.value + " is that of its events; it has no checkpoint yet.\n";
  return "The tree of region " + of.region.value + " is that of its events and of " +
         counted(of.checkpoints, "checkpoint") +
         (of.signatures ? ".\n" : ", whose signatures were not checked: there is no key; --key names one.\n");
}

std::string good_text(const LogSource& source, const Auditor& auditor, const TreeAudit* tree) {
  const Book book = merged(auditor.books());
  std::string text = source.name() + " is sound: " + counted(book.events(), "event");
  if (source.form() != LogSource::Form::json_lines) text += " in " + counted(auditor.batches(), "accepted command");
  text += " of " + counted(static_cast<std::int64_t>(book.accounts().size()), "account") +
          " decode, fold and agree with each other.\n";
  for (const Explained& explained : auditor.explained()) {
    text += "Account " + explained.account.value + " left " +
            (explained.region.value.empty() ? "" : explained.region.value + " ") + "for " + explained.to.value + ": " +
            counted(explained.positions, "position") + " explained by its tombstone.\n";
  }
  if (tree != nullptr) {
    for (const TreeSummary& of : tree->trees()) text += tree_text(of);
  }
  return text + "Fingerprint " + to_hex(fingerprint(book));
}

std::string bad_text(const LogSource& source, const Finding& finding) {
  const std::string place = finding.place.empty() ? "" : ", " + finding.place;
  const std::string from = "position " + std::to_string(finding.seq);
  const std::string what = finding.damaged ? " is damaged from " + from + " on" : " contradicts itself at " + from;
  return source.name() + what + place + ": " + finding.what;
}

}  // namespace

ExitStatus run(const VerifyOptions& options) {
  std::optional<LogSource> source;
  Output out = Output::standard();
  try {
    source.emplace(options.log);
  } catch (const Fault& fault) {
    if (!options.json || to_status(fault.kind()) != ExitStatus::damaged) throw;
    out.line(bad_json({true, 1, "", fault.what()}));
    out.flush();
    throw;
  }
  const bool about_tree = options.checkpoint || options.key;
  if (about_tree && source->partitions() == nullptr) {
    throw UsageError(options.log + " is a file; --checkpoint and --key are for a data directory");
  }
  std::optional<Auditor> auditor;
  std::optional<TreeAudit> tree;
  const std::optional<Finding> finding = audit_steadily(options, source, auditor, tree);
  const TreeAudit* const sound = tree ? &*tree : nullptr;
  if (finding) say(bad_text(*source, *finding));
  if (finding && options.json) out.line(bad_json(*finding));
  if (!finding) out.line(options.json ? good_json(*source, *auditor, sound) : good_text(*source, *auditor, sound));
  out.flush();
  if (!finding) return ExitStatus::done;
  return finding->damaged ? ExitStatus::damaged : ExitStatus::refused;
}

}  // namespace creditfold::cli
