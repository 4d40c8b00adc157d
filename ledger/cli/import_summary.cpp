// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "ledger/cli/import.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/evolve.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/replay.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

// Enough of a digest to tell files apart, short enough to read aloud.
constexpr std::size_t digest_digits = 16;

Credits uncovered_of(const AccountState& state) {
  Credits sum;
  for (const auto& [plan, pool] : state.pools) {
    for (const Term& term : pool.terms) {
      for (const Period& period : term.periods) sum += period.uncovered;
    }
  }
  return sum;
}

std::string string_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

std::int64_t refused_rows(const ImportCounts& counts) {
  std::int64_t rows = 0;
  for (const auto& [code, refused] : counts.refused) rows += refused.rows;
  return rows;
}

}  // namespace

WorkflowId workflow_of(const ImportOptions& options) {
  if (options.workflow) return *options.workflow;
  std::string stem = std::filesystem::path(options.file).stem().string();
  if (options.file == "-")
    throw UsageError("standard input has no name that could be the workflow's; name one with --workflow");
  if (!WorkflowId::valid(stem))
    throw UsageError(options.file + " gives no name for a workflow; name one with --workflow");
  return WorkflowId(std::move(stem));
}

UsageCommands::UsageCommands(const ImportOptions& options, std::string_view content, std::int64_t shift_micros)
    : account_(options.account),
      workflow_(workflow_of(options)),
      model_(options.model),
      key_prefix_("azure-llm:" + to_hex(digest_of(content)).substr(0, digest_digits) + ":"),
      shift_micros_(shift_micros) {}

std::optional<Line> UsageCommands::command(const TraceCall& call) const {
  std::int64_t at = 0;
  if (__builtin_add_overflow(call.at.micros, shift_micros_, &at)) return std::nullopt;
  if (at < instant_min.micros || at > instant_max.micros) return std::nullopt;
  const std::string key = key_prefix_ + std::to_string(call.line);
  JsonWriter out;
  out.open('{')
      .field("command", "RecordUsage")
      .field("account", account_)
      .field("key", std::string_view(key))
      .field("at", Instant{at})
      .field("usage", std::string_view(key))
      .field("workflow", workflow_)
      .field("model", model_)
      .field("query", std::int64_t{0})
      .field("input", call.context)
      .field("output", call.generated)
      .close('}');
  return Line{call.line, out.take()};
}

void ImportCounts::take(std::string_view answer) {
  json::error_code error;
  const json::value value = json::parse(json::string_view(answer.data(), answer.size()), error);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) throw Fault(Fault::Kind::unavailable, "an answer that is not JSON");
  if (const json::value* refusal = object->if_contains("refused"); refusal != nullptr && refusal->is_object()) {
    Refused& refused_here = refused[string_at(refusal->get_object(), "code")];
    if (refused_here.rows++ == 0) refused_here.first_message = string_at(refusal->get_object(), "message");
  } else if (object->contains("replayed")) {
    ++replayed;
  } else {
    ++charged;
  }
}

ImportCharges charges_of(const Log& log, const AccountId& account, std::string_view key_prefix, std::int64_t after) {
  ImportCharges charges;
  Book book;
  log.read_account(account, 0, -1, [&](Event&& event) {
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    const bool ours = charge != nullptr && event.seq > after && event.key.value.starts_with(key_prefix);
    const AccountState* state = book.find(account);
    const Credits before = ours && state != nullptr ? uncovered_of(*state) : Credits{};
    if (const auto folded = book.apply(event); !folded) throw Fault(Fault::Kind::damaged, to_text(folded.error()));
    if (ours) {
      charges.credits += charge->credits;
      charges.uncovered += uncovered_of(*book.find(account)) - before;
    }
    return true;
  });
  return charges;
}

std::string summary_json(const ImportOptions& options, const ImportSummary& summary) {
  const ImportCounts& counts = summary.counts;
  JsonWriter out;
  out.open('{')
      .field("file", std::string_view(options.file))
      .field("format", std::string_view(options.format))
      .field("account", options.account)
      .field("workflow", workflow_of(options))
      .field("model", options.model)
      .field("starts_at", summary.starts_at)
      .field("rows", counts.rows)
      .field("charged", counts.charged)
      .field("replayed", counts.replayed);
  out.key("refused").open('{');
  for (const auto& [code, refused] : counts.refused) out.field(code, refused.rows);
  out.close('}')
      .field("bad_lines", counts.bad)
      .field("credits", summary.charges.credits)
      .field("covered", summary.charges.credits - summary.charges.uncovered)
      .field("uncovered", summary.charges.uncovered)
      .field("milliseconds", summary.microseconds / 1000)
      .close('}');
  return out.take();
}

std::string summary_text(const ImportOptions& options, const ImportSummary& summary) {
  const ImportCounts& counts = summary.counts;
  std::string text = options.file + " → account " + options.account.value + ", workflow " + workflow_of(options).value +
                     ", model " + options.model.value + "\n\n";
  Table table({{"Rows", Align::left}, {"", Align::right}, {"", Align::left}});
  table.row({"read", grouped(counts.rows), ""});
  table.row({"charged", grouped(counts.charged), ""});
  table.row({"replayed", grouped(counts.replayed), counts.replayed > 0 ? "charged before, nothing charged again" : ""});
  table.row({"refused", grouped(refused_rows(counts)), ""});
  for (const auto& [code, refused] : counts.refused) {
    table.row({"  " + code, grouped(refused.rows), refused.first_message});
  }
  table.row({"bad lines", grouped(counts.bad), ""});
  Table credits({{"Credits", Align::left}, {"", Align::decimal}});
  credits.row({"covered", grouped(to_text(summary.charges.credits - summary.charges.uncovered))});
  credits.row({"uncovered", grouped(to_text(summary.charges.uncovered))});
  credits.total({"charged", grouped(to_text(summary.charges.credits))});
  text += table.text() + '\n' + credits.text() + '\n' + duration_text(summary.microseconds);
  if (counts.rows == 0) text += "\nThe file has no rows: nothing to import.";
  return text;
}

}  // namespace creditfold::cli
