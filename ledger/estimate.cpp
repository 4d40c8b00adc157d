// SPDX-License-Identifier: Apache-2.0
#include "ledger/estimate.hpp"

#include <string>
#include <utility>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/markings.hpp"
#include "ledger/terms.hpp"

namespace creditfold {
namespace {

// Stored nowhere; a command has a key.
constexpr std::string_view estimate_key = "estimate";
// An authorization needs an end; any that lies after its moment gives the same decision.
constexpr std::int64_t authorized_micros = 1'000'000;

template <class SomeId>
bool marked(const std::optional<SomeId>& id) {
  return id && has_marking(id->value);
}

Command command_of(const AccountState& state, const EstimateQuestion& question, CommandBody body) {
  return {.account = state.account,
          .key = IdempotencyKey(estimate_key),
          .at = question.at,
          .body = std::move(body),
          .marked = has_marking(question.model.value) || marked(question.workflow) || marked(question.plan) ||
                    marked(question.actor)};
}

CommandBody report_of(const EstimateQuestion& question) {
  return RecordUsage{.usage = UsageId(estimate_key),
                     .workflow = question.workflow.value_or(WorkflowId(estimate_key)),
                     .model = question.model,
                     .query = question.query,
                     .input = question.input,
                     .output = question.output,
                     .plan = question.plan,
                     .actor = question.actor,
                     .settles = std::nullopt,
                     .classification = std::nullopt,
                     .ai_generated = std::nullopt,
                     .memo = std::nullopt};
}

// An id that no live authorization has: whichever the caller takes, it is another one.
AuthorizationId free_id(const AccountState& state) {
  AuthorizationId id{estimate_key};
  for (int n = 1; state.holds.count(id) != 0; ++n) {
    id = AuthorizationId(std::string(estimate_key) + "-" + std::to_string(n));
  }
  return id;
}

CommandBody authorization_of(const AccountState& state, const EstimateQuestion& question, Instant at) {
  return AuthorizeUsage{.authorization = free_id(state),
                        .workflow = question.workflow.value_or(WorkflowId(estimate_key)),
                        .model = question.model,
                        .query = question.query,
                        .input = question.input,
                        .output = question.output,
                        .expires_at = Instant{checked_add(at.micros, authorized_micros)},
                        .plan = question.plan,
                        .actor = question.actor,
                        .classification = std::nullopt};
}

Credits uncovered_in(const AccountState& state, const CreditsConsumed& charge, Instant at) {
  const Term* term = terms::term_in_force(state, charge.plan, at);
  const Period* period = term ? terms::find_period(*term, terms::period_at(*term, at)) : nullptr;
  return period ? period->uncovered : Credits{};
}

// The state with the charge, and what of the charge no lot covered.
struct Charged {
  const Event* event = nullptr;
  Credits uncovered;
  std::int32_t term = 1;
  std::int32_t period = 1;
};

Charged charge_of(const AccountState& state, const std::vector<Event>& events) {
  AccountState next = state;
  Charged charged;
  for (const Event& event : events) {
    const auto* fact = std::get_if<CreditsConsumed>(&event.payload);
    const Credits before = fact ? uncovered_in(next, *fact, event.at) : Credits{};
    evolve(next, event);
    if (fact == nullptr) continue;
    const Term* term = terms::term_in_force(next, fact->plan, event.at);
    charged = {.event = &event,
               .uncovered = uncovered_in(next, *fact, event.at) - before,
               .term = term->number,
               .period = terms::period_at(*term, event.at)};
  }
  return charged;
}

void write_authorization(JsonWriter& out, const Expected<std::vector<Event>, Refusal>& decided) {
  out.key("authorization").open('{').field("accepted", decided.has_value());
  if (!decided) {
    const Refusal& refusal = decided.error();
    out.field("code", to_name(refusal.code))
        .field("clause", refusal.clause)
        .field("message", std::string_view(refusal.message));
  }
  out.close('}');
}

// AI-6: what is true of every estimate, of every output, and of a beta model.
void write_estimate_notices(JsonWriter& out, const Catalog& catalog, const Model* model) {
  const auto write = [&](std::string_view name) {
    const auto found = catalog.notices.find(std::string(name));
    if (found != catalog.notices.end()) out.field(name, std::string_view(found->second));
  };
  out.key("notices").open('{');
  write("estimate");
  write("output");
  if (model != nullptr && model->beta) write("beta");
  out.close('}');
}

}  // namespace

Expected<std::string, Refusal> estimate_json(const AccountState& state, const EstimateQuestion& question,
                                             const Catalog& catalog, Instant now) {
  const Command report = command_of(state, question, report_of(question));
  const auto decided = decide(&state, report, catalog, now);
  if (!decided) return Unexpected{report.marked ? without_content(decided.error()) : decided.error()};
  const Charged charged = charge_of(state, *decided);
  const Event& event = *charged.event;
  const auto& charge = std::get<CreditsConsumed>(event.payload);
  const Command authorization = command_of(state, question, authorization_of(state, question, event.at));
  JsonWriter out;
  out.open('{')
      .field("informational", true)
      .field("account", state.account)
      .field("at", event.at)
      .field("plan", charge.plan)
      .field("term", charged.term)
      .field("period", charged.period)
      .field("model", charge.model)
      .field("query", charge.query)
      .field("input", charge.input)
      .field("output", charge.output)
      .field("rate_card", charge.rate_card)
      .field("credits", charge.credits)
      .field("covered", charge.credits - charged.uncovered)
      .field("uncovered", charged.uncovered)
      .field("late", charge.late)
      .field("flags", charge.flags);
  write_authorization(out, decide(&state, authorization, catalog, now));
  write_estimate_notices(out, catalog, catalog.model(charge.rate_card, charge.model));
  out.close('}');
  return out.take();
}

}  // namespace creditfold
