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

// What the public traces were recorded of is not said; the commonest model stands for it.
constexpr const char* trace_model = "gpt-4o";

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

// The one workflow all rows go to; nothing where each names its own.
std::optional<WorkflowId> named_workflow(const ImportOptions& options) {
  if (options.workflow || options.format != "azure-llm") return options.workflow;
  return workflow_of(options);
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

std::optional<ModelId> model_of(const ImportOptions& options) {
  if (options.model || options.format != "azure-llm") return options.model;
  return ModelId(trace_model);
}

Expected<Line, std::string> UsageCommands::command(const UsageRow& row) const {
  std::int64_t at = 0;
  const bool beyond = __builtin_add_overflow(row.at.micros, shift_micros_, &at);
  if (beyond || at < instant_min.micros || at > instant_max.micros) {
    return Unexpected{std::string("its moment leaves the years 1 to 9999")};
  }
  const auto model = row.model ? row.model : model_of(options_);
  if (!model) return Unexpected{std::string("it names no model; say one with --model")};
  const bool nameless = !options_.workflow && !row.workflow && options_.file == "-";
  if (nameless) return Unexpected{std::string("it names no workflow; say one with --workflow")};
  const WorkflowId workflow = row.workflow && !options_.workflow ? *row.workflow : workflow_of(options_);
  JsonWriter out;
  out.open('{')
      .field("command", "RecordUsage")
      .field("account", options_.account)
      .field("key", std::string_view(row.key))
      .field("at", Instant{at})
      .field("usage", std::string_view(row.key))
      .field("workflow", workflow)
      .field("model", *model)
      .field("query", row.query)
      .field("input", row.input)
      .field("output", row.output)
      .field("plan", row.plan)
      .field("actor", row.actor)
      .field("settles", row.settles);
  if (row.classification) out.field("classification", std::string_view(*row.classification));
  if (row.ai_generated) out.field("ai_generated", *row.ai_generated);
  if (row.memo) out.field("memo", std::string_view(*row.memo));
  out.close('}');
  return Line{row.number, out.take()};
}

void ImportCounts::refuse(const std::string& code, const std::string& message) {
  Refused& refused_here = refused[code];
  if (refused_here.rows++ == 0) refused_here.first_message = message;
}

std::optional<std::string> ImportCounts::take(std::string_view answer) {
  json::error_code error;
  const json::value value = json::parse(json::string_view(answer.data(), answer.size()), error);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) throw Fault(Fault::Kind::unavailable, "an answer that is not JSON");
  if (const json::value* refusal = object->if_contains("refused"); refusal != nullptr && refusal->is_object()) {
    std::string code = string_at(refusal->get_object(), "code");
    refuse(code, string_at(refusal->get_object(), "message"));
    return code;
  }
  ++(object->contains("replayed") ? replayed : charged);
  return std::nullopt;
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
      .field("workflow", named_workflow(options))
      .field("model", model_of(options))
      .field("starts_at", summary.starts_at)
      .field("rows", counts.rows)
      .field("charged", counts.charged)
      .field("replayed", counts.replayed);
  out.key("refused").open('{');
  for (const auto& [code, refused] : counts.refused) out.field(code, refused.rows);
  out.close('}')
      .field("bad_lines", counts.bad)
      .field("other", counts.other)
      .field("credits", summary.charges.credits)
      .field("covered", summary.charges.credits - summary.charges.uncovered)
      .field("uncovered", summary.charges.uncovered)
      .field("milliseconds", summary.microseconds / 1000)
      .close('}');
  return out.take();
}

std::string summary_text(const ImportOptions& options, const ImportSummary& summary) {
  const ImportCounts& counts = summary.counts;
  std::string text = options.file + " → account " + options.account.value;
  if (const auto workflow = named_workflow(options)) text += ", workflow " + workflow->value;
  if (const auto model = model_of(options)) text += ", model " + model->value;
  text += "\n\n";
  Table table({{"Rows", Align::left}, {"", Align::right}, {"", Align::left}});
  table.row({"read", grouped(counts.rows), ""});
  table.row({"charged", grouped(counts.charged), ""});
  table.row({"replayed", grouped(counts.replayed), counts.replayed > 0 ? "charged before, nothing charged again" : ""});
  table.row({"refused", grouped(refused_rows(counts)), ""});
  for (const auto& [code, refused] : counts.refused) {
    table.row({"  " + code, grouped(refused.rows), refused.first_message});
  }
  table.row({"bad lines", grouped(counts.bad), ""});
  if (counts.other > 0) table.row({"others", grouped(counts.other), "no use of a model"});
  Table credits({{"Credits", Align::left}, {"", Align::decimal}});
  credits.row({"covered", grouped(to_text(summary.charges.credits - summary.charges.uncovered))});
  credits.row({"uncovered", grouped(to_text(summary.charges.uncovered))});
  credits.total({"charged", grouped(to_text(summary.charges.credits))});
  text += table.text() + '\n' + credits.text() + '\n' + duration_text(summary.microseconds);
  if (counts.rows == 0 && counts.other == 0) text += "\nThe file has no rows: nothing to import.";
  if (counts.rows == 0 && counts.other > 0) text += "\nNothing in the file is a use of a model: nothing to import.";
  if (counts.rows == 0 && !counts.first_other.empty()) text += " The first event " + counts.first_other + ".";
  return text;
}

}  // namespace creditfold::cli
