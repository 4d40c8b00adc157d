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

namespace creditfold::cli {
namespace {

constexpr std::int64_t hour_micros = 3'600LL * 1'000'000;
// The calls of a demonstration lie in the hours before its account was opened, so that the page shows them as just now.
constexpr std::int64_t demo_lead_micros = 2 * hour_micros;
constexpr std::string_view demo_account = "demo";
constexpr std::string_view demo_key_prefix = "demo:";
// A file of another kind would fill the screen; beyond this, bad lines are counted only.
constexpr std::int64_t bad_lines_told_max = 100;

void require_format(const std::string& format) {
  if (format == "azure-llm") return;
  const bool planned = format == "cloudevents" || format == "otel-genai";
  throw UsageError("--format " + format + (planned ? " is not read yet" : " is not known") +
                   "; the format supported is azure-llm");
}

AzureTrace open_trace(const std::string& file, std::string_view content) {
  auto trace = AzureTrace::open(content);
  if (!trace) throw UsageError(file + " is no azure-llm trace: " + trace.error());
  return std::move(trace).value();
}

std::optional<Instant> first_moment(AzureTrace trace) {
  std::optional<Instant> first;
  while (auto row = trace.next()) {
    const auto* call = std::get_if<TraceCall>(&*row);
    if (call != nullptr && (!first || call->at < *first)) first = call->at;
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
  const bool demo = options.account.value == demo_account && opening.key.value.starts_with(demo_key_prefix);
  if (!demo) return original;
  const std::int64_t recorded = opening.recorded_at.micros;
  const Instant start{recorded - recorded % hour_micros - demo_lead_micros};
  say("the trace is moved to the demo account's present: its first call is put at " + to_text(start) +
      " (--starting original keeps its own times)");
  return start;
}

// Sends the trace group by group and counts what is answered.
class Import {
 public:
  Import(const ImportOptions& options, Answerer& answerer, const UsageCommands& commands)
      : options_(options), answerer_(answerer), commands_(commands) {}

  ImportCounts send(AzureTrace trace, std::int64_t total) {
    Progress progress("importing " + options_.file, total);
    std::vector<Line> group;
    while (auto row = trace.next()) {
      ++counts_.rows;
      if (const auto* bad = std::get_if<BadLine>(&*row)) {
        tell(*bad, progress);
        continue;
      }
      const auto& call = std::get<TraceCall>(*row);
      if (auto command = commands_.command(call)) {
        group.push_back(std::move(*command));
      } else {
        tell({call.line, "its moment leaves the years 1 to 9999"}, progress);
      }
      if (group.size() < commands_per_group_max) continue;
      answer(group);
      progress.advance_to(static_cast<std::int64_t>(trace.offset()));
    }
    answer(group);
    return std::move(counts_);
  }

 private:
  void answer(std::vector<Line>& group) {
    for (const std::string& answer : answerer_.answer(group)) counts_.take(answer);
    group.clear();
  }
  void tell(const BadLine& bad, Progress& progress) {
    ++counts_.bad;
    if (counts_.bad > bad_lines_told_max) return;
    progress.clear();
    say(options_.file + ", line " + std::to_string(bad.line) + ": " + bad.why);
    if (counts_.bad == bad_lines_told_max) say("further bad lines are counted only");
  }

  const ImportOptions& options_;
  Answerer& answerer_;
  const UsageCommands& commands_;
  ImportCounts counts_;
};

}  // namespace

ExitStatus run(const ImportOptions& options) {
  using Clock = std::chrono::steady_clock;
  require_format(options.format);
  static_cast<void>(workflow_of(options));  // before anything is read
  const std::string content = read_whole(options.file);
  AzureTrace trace = open_trace(options.file, content);
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
  const std::optional<Instant> original = first_moment(trace);
  if (original) summary.starts_at = first_at(options, *opening, *original);
  if (original && !trace.has_header()) say(options.file + " has no header; its columns are taken in the usual order");

  const std::int64_t shift = original ? checked_subtract(summary.starts_at->micros, original->micros) : 0;
  const UsageCommands commands(options, content, shift);
  {
    const auto answerer = open_answerer(options.data, options.catalog);
    if (const auto service = answerer->service()) say("the service at " + *service + " takes the commands");
    const auto total = static_cast<std::int64_t>(content.size());
    summary.counts = Import(options, *answerer, commands).send(std::move(trace), total);
  }
  summary.charges = steadily(options.data, [&](const SqlitePartitions& partitions) {
    const SqliteLog* log = partitions.home_of(options.account);
    return log == nullptr ? ImportCharges{} : charges_of(*log, options.account, commands.key_prefix(), before);
  });
  summary.microseconds = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count();

  Output out = Output::standard();
  out.line(options.json ? summary_json(options, summary) : summary_text(options, summary));
  out.flush();
  const bool any = summary.counts.charged + summary.counts.replayed > 0;
  return any || summary.counts.rows == 0 ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace creditfold::cli
