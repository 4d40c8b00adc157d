// SPDX-License-Identifier: Apache-2.0
// creditfold import: what other systems measured, as usage reports. Every row is told apart for ever, so that a file
// can be imported again after anything.
#include "ledger/cli/import.hpp"

#include <chrono>
#include <vector>

#include "ledger/cli/answerer.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/progress.hpp"
#include "ledger/engine.hpp"
#include "ledger/markings.hpp"

namespace creditfold::cli {
namespace {

constexpr std::int64_t hour_micros = 3'600LL * 1'000'000;
// The calls of a demonstration lie in the hours before its account was opened, so that the page shows them as just now.
constexpr std::int64_t demo_lead_micros = 2 * hour_micros;
constexpr std::string_view demo_account = "demo";
constexpr std::string_view demo_key_prefix = "demo:";
// A file of another kind would fill the screen; beyond this, bad lines are counted only.
constexpr std::int64_t lines_told_max = 100;

std::optional<Instant> first_moment(const ImportOptions& options, std::string_view content) {
  std::optional<Instant> first;
  const auto file = open_usage_file(options, content);
  while (auto item = file->next()) {
    const auto* row = std::get_if<UsageRow>(&*item);
    if (row != nullptr && (!first || row->at < *first)) first = row->at;
  }
  return first;
}

std::optional<Event> opening_of(const Log& log, const AccountId& account) {
  std::optional<Event> opening;
  log.read_account(account, 0, -1, [&](Event&& event) {
    opening = std::move(event);
    return false;
  });
  return opening;
}

// Where the trace's first call goes. Only the account that `serve --demo` makes gets times of its own: an anonymous
// trace shows there as if it had just happened, and always at the same moments, so that a second import replays.
Instant first_at(const ImportOptions& options, const Event& opening, Instant original) {
  switch (options.starting.kind) {
    case Starting::Kind::original:
      return original;
    case Starting::Kind::moment:
      return options.starting.moment;
    case Starting::Kind::automatic:
      break;
  }
  // Only anonymous rows: what has a name of its own has a time of its own.
  const bool demo = options.format == "azure-llm" && options.account.value == demo_account &&
                    opening.key.value.starts_with(demo_key_prefix);
  if (!demo) return original;
  const std::int64_t recorded = opening.recorded_at.micros;
  const Instant start{recorded - recorded % hour_micros - demo_lead_micros};
  say("the trace is moved to the demo account's present: its first call is put at " + to_text(start) +
      " (--starting original keeps its own times)");
  return start;
}

// Sends the file group by group and counts what is answered. What the ledger refuses for what the line says of itself
// is told line by line, as bad lines are; other refusals are counted.
class Import {
 public:
  Import(const ImportOptions& options, Answerer& answerer, const UsageCommands& commands)
      : options_(options), answerer_(answerer), commands_(commands) {}

  ImportCounts send(UsageFile& file, std::int64_t total) {
    Progress progress("importing " + options_.file, total);
    while (auto item = file.next()) {
      take(*item, progress);
      if (group_.size() < commands_per_group_max) continue;
      answer(progress);
      progress.advance_to(static_cast<std::int64_t>(file.offset()));
    }
    answer(progress);
    return std::move(counts_);
  }

 private:
  void take(const UsageItem& item, Progress& progress) {
    if (const auto* other = std::get_if<OtherRow>(&item)) {
      if (++counts_.other == 1) counts_.first_other = other->why;
      return;
    }
    ++counts_.rows;
    if (const auto* bad = std::get_if<BadRow>(&item)) return tell_bad(bad->place, bad->why, progress);
    if (const auto* marked = std::get_if<MarkedRow>(&item)) {
      const Refusal refusal = classified_refusal();
      counts_.refuse(std::string(to_name(refusal.code)), refusal.message);
      return tell(marked->place, "refused: classified (GOV-3); nothing of it was sent", progress);
    }
    const auto& row = std::get<UsageRow>(item);
    auto command = commands_.command(row);
    if (!command) return tell_bad(row.place, command.error(), progress);
    group_.push_back(std::move(*command));
    places_.push_back(row.place);
  }

  void answer(Progress& progress) {
    const std::vector<std::string> answers = answerer_.answer(group_);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto code = counts_.take(answers[i]);
      if (code == "provenance")
        tell(places_[i], "refused: provenance (AI-2); it says that its output is not AI generated", progress);
      if (code == "classified") tell(places_[i], "refused: classified (GOV-3)", progress);
    }
    group_.clear();
    places_.clear();
  }

  void tell_bad(const std::string& place, const std::string& why, Progress& progress) {
    ++counts_.bad;
    tell(place, why, progress);
  }
  void tell(const std::string& place, const std::string& why, Progress& progress) {
    ++told_;
    if (told_ > lines_told_max) return;
    progress.clear();
    say(options_.file + ", " + place + ": " + why);
    if (told_ == lines_told_max) say("further bad lines are counted only");
  }

  const ImportOptions& options_;
  Answerer& answerer_;
  const UsageCommands& commands_;
  ImportCounts counts_;
  std::vector<Line> group_;
  std::vector<std::string> places_;
  std::int64_t told_ = 0;
};

}  // namespace

ExitStatus run(const ImportOptions& options) {
  using Clock = std::chrono::steady_clock;
  if (options.format == "azure-llm") static_cast<void>(workflow_of(options));  // before anything is read
  const std::string content = read_whole(options.file);
  const auto file = open_usage_file(options, content);
  const auto began = Clock::now();

  ImportSummary summary;
  std::int64_t before = 0;
  std::optional<Event> opening;
  {
    const SqlitePartitions partitions(options.data, true);
    const SqliteLog* log = partitions.home_of(options.account);
    if (log != nullptr) opening = opening_of(*log, options.account);
    if (log != nullptr) before = log->head();
  }
  if (!opening) return refuse_unknown_account(options.account, options.json);
  const std::optional<Instant> original = first_moment(options, content);
  if (original) summary.starts_at = first_at(options, *opening, *original);
  if (original && !file->remark().empty()) say(file->remark());

  const std::int64_t shift = original ? checked_subtract(summary.starts_at->micros, original->micros) : 0;
  const UsageCommands commands(options, shift);
  {
    const auto answerer =
        open_answerer(options.data, options.catalog, {.key_service = "none", .kms_endpoint = std::nullopt});
    if (const auto service = answerer->service()) say("the service at " + *service + " takes the commands");
    const auto total = static_cast<std::int64_t>(content.size());
    summary.counts = Import(options, *answerer, commands).send(*file, total);
  }
  summary.charges = in_home(options.data, options.account, [&](const Log& log) {
    return charges_of(log, options.account, file->key_prefix(), before);
  });
  summary.microseconds = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count();

  print(options.json ? summary_json(options, summary) : summary_text(options, summary));
  return summary.counts.bad == 0 && summary.counts.refused.empty() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace creditfold::cli
