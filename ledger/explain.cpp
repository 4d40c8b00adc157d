// SPDX-License-Identifier: Apache-2.0
#include "ledger/explain.hpp"

#include "ledger/clauses.hpp"
#include "ledger/explain_parts.hpp"
#include "ledger/json.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold {
namespace {

struct Explain {
  const AccountHistory& history;
  const Catalog& catalog;

  why::Told operator()(const WhyLot& why) const { return why::explain_lot(history, why); }
  why::Told operator()(const WhyCharge& why) const { return why::explain_charge(history, why, catalog); }
  why::Told operator()(const WhyLine& why) const { return why::explain_line(history, why); }
  why::Told operator()(const WhyPeriod& why) const { return why::explain_period(history, why); }
  why::Told operator()(const WhyUse& why) const { return why::explain_use(history, why); }
  why::Told operator()(const WhyRefusal& why) const { return why::explain_refusal(history, why, catalog); }
};

void write_link(JsonWriter& out, const WhyLink& link) {
  out.open('{')
      .field("about", link.about)
      .field("which", std::string_view(link.which))
      .field("as_of", link.as_of)
      .close('}');
}

void write_steps(JsonWriter& out, const Explanation& told) {
  out.key("steps").open('[');
  for (const WhyStep& step : told.steps) {
    out.open('{').field("part", step.part).field("label", std::string_view(step.label));
    if (!step.expression.empty()) out.field("expression", std::string_view(step.expression));
    if (!step.value.empty()) out.field("value", std::string_view(step.value));
    if (!step.unit.empty()) out.field("unit", std::string_view(step.unit));
    if (!step.clause.empty()) out.field("clause", step.clause);
    if (step.link) {
      out.key("link");
      write_link(out, *step.link);
    }
    out.close('}');
  }
  out.close(']');
}

void write_draws(JsonWriter& out, const Explanation& told) {
  out.key("draws").open('[');
  for (const Draw& draw : told.draws) {
    out.open('{')
        .field("usage", draw.usage)
        .field("lot", draw.lot)
        .field("kind", draw.kind)
        .field("credits", draw.credits)
        .field("seq", draw.seq)
        .field("at", draw.at)
        .close('}');
  }
  out.close(']');
  if (told.draws_left_out == 0) return;
  out.key("draws_left_out")
      .open('{')
      .field("count", told.draws_left_out)
      .field("credits", told.credits_left_out)
      .close('}');
}

}  // namespace

Expected<Explanation, std::string> explain(const AccountHistory& history, const Why& why, const Catalog& catalog) {
  return std::visit(Explain{history, catalog}, why);
}

std::string explanation_json(const Explanation& told) {
  JsonWriter out;
  out.open('{').field("about", told.about).field("which", std::string_view(told.which)).field("account", told.account);
  if (told.account) out.field("as_of", told.as_of).field("version", told.version);
  if (told.about == "usage") out.field("ai_generated", true);  // AI-2
  out.field("answer", std::string_view(told.answer));
  write_steps(out, told);
  write_draws(out, told);
  out.key("events").open('[');
  for (const Event& event : told.events) out.write_raw(to_json(event));
  out.close(']');
  if (told.events_left_out != 0) out.field("events_left_out", told.events_left_out);
  out.key("clauses").open('[');
  for (const std::string_view id : told.clauses) {
    const Clause* clause = find_clause(id);
    out.open('{').field("id", id).field("sentence", clause ? clause->sentence : std::string_view()).close('}');
  }
  out.close(']').key("links").open('[');
  for (const WhyLink& link : told.links) write_link(out, link);
  out.close(']').close('}');
  return out.take();
}

}  // namespace creditfold
