// SPDX-License-Identifier: Apache-2.0
// Scenario texts to scenarios: form only.
#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "ledger/forecast/scenario.hpp"
#include "ledger/json.hpp"
#include "ledger/json_reader.hpp"
#include "ledger/json_text.hpp"
#include "ledger/markings.hpp"

namespace creditfold::forecast {
namespace {

namespace json = boost::json;

std::int64_t integer_in(ObjectReader& in, std::string_view name, std::int64_t without, std::int64_t min,
                        std::int64_t max) {
  const auto found = in.optional_integer(name);
  if (!found) return without;
  if (!in.faulty() && (*found < min || max < *found)) {
    in.fail(name,
            "is " + std::to_string(*found) + ", and must be " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *found;
}

std::optional<Rate> optional_rate(ObjectReader& in, std::string_view name) {
  const auto text = in.optional_string(name);
  if (!text || in.faulty()) return std::nullopt;
  const auto rate = parse_rate(*text);
  if (!rate) in.fail(name, "is not a decimal string of credits per 1,000,000 tokens");
  return rate;
}

// Every element of a list through `read`.
template <class T, class Read>
std::vector<T> list(ObjectReader& in, std::string_view name, std::optional<ReadFault>& fault, Read&& read) {
  std::vector<T> all;
  const json::value* found = in.find(name);
  if (found == nullptr) return all;
  const json::array* elements = found->if_array();
  if (elements == nullptr) {
    in.fail(name, "is not a list");
    return all;
  }
  if (elements->size() > list_max) in.fail(name, "has more than " + std::to_string(list_max) + " elements");
  for (std::size_t i = 0; i < elements->size() && !fault; ++i) {
    ObjectReader element((*elements)[i], in.place(name) + "/" + std::to_string(i), fault);
    all.push_back(read(element));
    element.refuse_others();
  }
  return all;
}

PlanLever read_plan_lever(ObjectReader& in) {
  return {.plan = in.id<PlanId>("plan"),
          .cadence = in.name_of<Cadence>("cadence"),
          .starts_at = in.optional_instant("starts_at"),
          .months = integer_in(in, "months", 12, 1, months_max),
          .allotment = in.optional_credits("allotment"),
          .replaces = in.optional_id<PlanId>("replaces")};
}

PacksLever read_packs_lever(ObjectReader& in, std::optional<ReadFault>& fault) {
  PacksLever lever{.plan = in.optional_id<PlanId>("plan"),
                   .packs = integer_in(in, "packs", 1, 1, packs_max),
                   .first = std::nullopt,
                   .last = std::nullopt,
                   .at = in.optional_instant("at")};
  if (!in.has("packs")) in.fail("packs", "is missing");
  if (const json::value* periods = in.find("periods")) {
    ObjectReader run(*periods, in.place("periods"), fault);
    lever.first = run.integer("first");
    lever.last = run.integer("last");
    run.refuse_others();
  }
  return lever;
}

SeatsLever read_seats_lever(ObjectReader& in) {
  return {.product = in.id<ProductId>("product"), .seats = in.integer("seats"), .at = in.optional_instant("at")};
}

WorkflowLever read_workflow_lever(ObjectReader& in, std::optional<ReadFault>& fault) {
  WorkflowLever lever{.workflow = in.id<WorkflowId>("workflow"),
                      .model = in.optional_id<ModelId>("model"),
                      .volume_percent = integer_in(in, "volume_percent", 100, 0, percent_max),
                      .growth_percent_per_month = integer_in(in, "growth_percent_per_month", 0, -90, 1000),
                      .move_to = in.optional_id<ModelId>("move_to"),
                      .starts_at = in.optional_instant("starts_at"),
                      .ends_at = in.optional_instant("ends_at"),
                      .per_day = std::nullopt};
  if (const json::value* tokens = in.find("per_day")) {
    ObjectReader volumes(*tokens, in.place("per_day"), fault);
    lever.per_day =
        TokensPerDay{volumes.volume("query").tokens, volumes.volume("input").tokens, volumes.volume("output").tokens};
    volumes.refuse_others();
    if (!lever.model) in.fail("model", "is missing: a new workflow names its model");
  }
  return lever;
}

CalendarLever read_calendar_lever(ObjectReader& in) {
  CalendarLever lever{
      .from = in.instant("from"), .to = in.instant("to"), .percent = integer_in(in, "percent", 100, 0, percent_max)};
  if (!in.faulty() && lever.to <= lever.from) in.fail("to", "does not lie after `from`");
  return lever;
}

RateLever read_rate_lever(ObjectReader& in) {
  return {.rate_card = in.optional_id<RateCardId>("rate_card"),
          .model = in.id<ModelId>("model"),
          .query = optional_rate(in, "query"),
          .input = optional_rate(in, "input"),
          .output = optional_rate(in, "output")};
}

PriceLever read_price_lever(ObjectReader& in) {
  PriceLever lever{.plan = in.id<PlanId>("plan"),
                   .increment = in.optional_money("increment"),
                   .overage = in.optional_money("overage"),
                   .period = in.optional_money("period")};
  for (const auto& [name, price] :
       {std::pair{"increment", lever.increment}, {"overage", lever.overage}, {"period", lever.period}}) {
    if (price && (price->minor < 0 || price->minor > (std::int64_t{1} << 40)))
      in.fail(name, "is no price: below 0, or beyond 2^40 minor units");
  }
  return lever;
}

PolicyLever read_policy_lever(ObjectReader& in) {
  PolicyLever lever{.plan = in.id<PlanId>("plan"),
                    .on_exhaustion = in.name_of<OnExhaustion>("on_exhaustion"),
                    .stop_at_percent = std::nullopt};
  if (in.has("stop_at_percent")) lever.stop_at_percent = integer_in(in, "stop_at_percent", 100, 100, 1000);
  return lever;
}

// A value as JSON again, for the command's own strict reader.
std::string text_of(const json::value& value) {
  if (const json::string* text = value.if_string()) return json_quote({text->data(), text->size()});
  if (const bool* truth = value.if_bool()) return *truth ? "true" : "false";
  if (const std::int64_t* number = value.if_int64()) return std::to_string(*number);
  if (const std::uint64_t* number = value.if_uint64()) return std::to_string(*number);
  std::string out;
  if (const json::array* elements = value.if_array()) {
    for (const json::value& element : *elements) out += (out.empty() ? "" : ",") + text_of(element);
    return "[" + out + "]";
  }
  if (const json::object* object = value.if_object()) {
    for (const auto& field : *object) {
      out += (out.empty() ? "" : ",") + json_quote({field.key().data(), field.key().size()}) + ":" +
             text_of(field.value());
    }
    return "{" + out + "}";
  }
  return "null";  // or a fraction, which no field takes either
}

// What may be supposed. Use is what a forecast draws, periods open and close by themselves in it, and what needs
// something from outside cannot be supposed.
constexpr std::array<std::string_view, 13> supposable{
    "StartTerm",   "RenewTerm",  "EndTerm",       "SetBuilders", "GrantCredits", "PurchaseCredits", "TransferCredits",
    "ChangeSeats", "AddProduct", "RemoveProduct", "SetConsent",  "AcceptTerms",  "SetAccess"};

std::vector<ScenarioCommand> read_commands(ObjectReader& in, std::optional<ReadFault>& fault) {
  std::vector<ScenarioCommand> all;
  const json::value* found = in.find("commands");
  const json::array* elements = found ? found->if_array() : nullptr;
  if (found != nullptr && elements == nullptr) in.fail("commands", "is not a list");
  if (elements == nullptr) return all;
  if (elements->size() > list_max) in.fail("commands", "has more than " + std::to_string(list_max) + " elements");
  for (std::size_t i = 0; i < elements->size() && !fault; ++i) {
    ObjectReader element((*elements)[i], in.place("commands") + "/" + std::to_string(i), fault);
    const std::string name = element.string("command");
    ScenarioCommand command{.at = element.optional_instant("at"), .fields = {}};
    if (!fault && std::find(supposable.begin(), supposable.end(), name) == supposable.end()) {
      element.fail("command", "is no command that can be supposed");
    }
    for (const char* own : {"account", "key"}) {
      if (element.has(own)) element.fail(own, "is the scenario's to say");
    }
    if (fault) break;
    for (const auto& field : *(*elements)[i].if_object()) {
      if (field.key() == "at") continue;
      command.fields.emplace_back(std::string(field.key().data(), field.key().size()), text_of(field.value()));
    }
    all.push_back(std::move(command));
  }
  return all;
}

void read_levers(const json::value& value, std::optional<ReadFault>& fault, Scenario& scenario) {
  ObjectReader in(value, "/levers", fault);
  if (const json::value* plan = in.find("plan")) {
    ObjectReader lever(*plan, "/levers/plan", fault);
    scenario.plan = read_plan_lever(lever);
    lever.refuse_others();
  }
  scenario.packs = list<PacksLever>(in, "packs", fault, [&](ObjectReader& of) { return read_packs_lever(of, fault); });
  scenario.seats = list<SeatsLever>(in, "seats", fault, read_seats_lever);
  scenario.workflows =
      list<WorkflowLever>(in, "workflows", fault, [&](ObjectReader& of) { return read_workflow_lever(of, fault); });
  scenario.growth_percent_per_month = integer_in(in, "growth_percent_per_month", 0, -90, 1000);
  scenario.seasonality_percent = integer_in(in, "seasonality_percent", 100, 0, 400);
  scenario.calendar = list<CalendarLever>(in, "calendar", fault, read_calendar_lever);
  scenario.rates = list<RateLever>(in, "rates", fault, read_rate_lever);
  scenario.prices = list<PriceLever>(in, "prices", fault, read_price_lever);
  scenario.policies = list<PolicyLever>(in, "policies", fault, read_policy_lever);
  in.refuse_others();
}

Ask read_ask(ObjectReader& in) {
  const std::string ask = in.string("ask");
  if (ask == "smallest_purchase") {
    return SmallestPurchase{integer_in(in, "chance_percent", 5, 0, 100), in.optional_id<PlanId>("plan")};
  }
  if (ask == "cheapest_plan") return CheapestPlan{integer_in(in, "chance_percent", 5, 0, 100)};
  if (ask == "model_moves") return ModelMoves{integer_in(in, "moves", 3, 1, 10)};
  in.fail("ask", "is none of smallest_purchase, cheapest_plan and model_moves");
  return ModelMoves{};
}

Scenario read_scenario(const json::value& value, std::optional<ReadFault>& fault) {
  ObjectReader in(value, "", fault);
  Scenario scenario;
  scenario.account = in.optional_id<AccountId>("account");
  scenario.at = in.optional_instant("at");
  if (in.has("as_of")) scenario.as_of = integer_in(in, "as_of", 0, 1, seed_max);
  scenario.seed = integer_in(in, "seed", 1, 0, seed_max);
  scenario.futures = integer_in(in, "futures", 1000, futures_min, futures_max);
  scenario.days = integer_in(in, "days", 90, 1, days_max);
  scenario.renew = in.optional_boolean("renew").value_or(true);
  scenario.commands = read_commands(in, fault);
  if (const json::value* levers = in.find("levers")) read_levers(*levers, fault, scenario);
  scenario.asks = list<Ask>(in, "asks", fault, read_ask);
  in.refuse_others();
  return scenario;
}

}  // namespace

Expected<Scenario, ScenarioFault> parse_scenario(std::string_view text) {
  if (text.size() > scenario_bytes_max) return Unexpected{ScenarioFault{"/", "the scenario is longer than 1 MiB"}};
  json::parser parser({}, json::parse_options{.max_depth = json_depth_max});
  json::error_code error;
  const std::size_t parsed = parser.write_some(text.data(), text.size(), error);
  if (!error && text.substr(parsed).find_first_not_of(" \t\r\n") != std::string_view::npos) {
    error = json::make_error_code(json::error::extra_data);
  }
  if (error) return Unexpected{ScenarioFault{"byte " + std::to_string(parsed + 1), "is not JSON: " + error.message()}};
  const json::value value = parser.release();
  const ScenarioFault marked{"/", "carries a classification marking (GOV-3)"};
  if (has_marked_text(value)) return Unexpected{marked};
  if (const auto twice = find_duplicate_key(text)) {
    // The value has the last of the two.
    if (has_marking(text) || has_marking(*twice)) return Unexpected{marked};
    return Unexpected{ScenarioFault{*twice, "the field stands twice"}};
  }
  std::optional<ReadFault> fault;
  Scenario scenario = read_scenario(value, fault);
  if (fault) return Unexpected{ScenarioFault{fault->place, fault->what}};
  return scenario;
}

}  // namespace creditfold::forecast
