// SPDX-License-Identifier: Apache-2.0
// Questions of why as text, read strictly: a refusal is what a caller was answered, and nothing else.
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "ledger/clauses.hpp"
#include "ledger/credits.hpp"
#include "ledger/explain.hpp"
#include "ledger/json.hpp"
#include "ledger/json_reader.hpp"
#include "ledger/json_text.hpp"

namespace creditfold {
namespace {

namespace json = boost::json;
using Read = Expected<Why, std::string>;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

Expected<json::value, std::string> parse(std::string_view what, std::string_view text) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return Unexpected{std::string(what) + " is not JSON: " + error.message() + "."};
  if (const auto twice = find_duplicate_key(text)) return Unexpected{std::string(what) + " has the field " + *twice + " twice."};
  return value;
}

// The names are shared by hundreds of answers; the table holds them.
std::optional<RefusalCode> code_of(std::string_view name) {
  const auto found = std::find(refusal_names.begin(), refusal_names.end(), name);
  if (found == refusal_names.end()) return std::nullopt;
  return static_cast<RefusalCode>(found - refusal_names.begin());
}

void read_details(ObjectReader& in, Refusal& refusal) {
  const json::value* details = in.find("details");
  if (details == nullptr) return in.fail("details", "is missing");
  const json::object* object = details->if_object();
  if (object == nullptr) return in.fail("details", "is not an object");
  if (object->size() == 0) return;
  for (const auto& field : *object) {
    const std::string name(field.key().data(), field.key().size());
    const json::string* text = field.value().if_string();
    if (text == nullptr) return in.fail("details/" + name, "is not a string");
    refusal.details.emplace_back(name, std::string(view(*text)));
  }
}

// An answer, or its `refused` object alone.
Read read_refusal(std::string_view text) {
  const auto parsed = parse("The refusal", text);
  if (!parsed) return Unexpected{parsed.error()};
  const json::object* object = parsed->if_object();
  if (object != nullptr && object->contains("accepted")) return Unexpected{std::string("The answer was accepted; there is no refusal to explain.")};
  const json::value* refused = object ? object->if_contains("refused") : nullptr;
  std::optional<ReadFault> fault;
  ObjectReader in(refused ? *refused : *parsed, refused ? "/refused" : "", fault);
  Refusal refusal;
  const std::string name = in.string("code");
  const auto code = code_of(name);
  if (!fault && !code) in.fail("code", "is no refusal: " + name);
  refusal.code = code.value_or(RefusalCode::malformed);
  const json::value* clause = in.find("clause");
  if (clause == nullptr) in.fail("clause", "is missing");
  if (clause != nullptr && !clause->is_null()) {
    const Clause* known = clause->is_string() ? find_clause(view(clause->get_string())) : nullptr;
    if (known == nullptr) in.fail("clause", "is no clause of the table");
    if (known != nullptr) refusal.clause = known->id;
  }
  refusal.message = in.string("message");
  read_details(in, refusal);
  in.refuse_others();
  if (fault) return Unexpected{"The refusal's " + fault->place + " " + fault->what + "."};
  return Why{WhyRefusal{std::move(refusal)}};
}

Read read_use(std::string_view text) {
  const auto parsed = parse("The use", text);
  if (!parsed) return Unexpected{parsed.error()};
  std::optional<ReadFault> fault;
  ObjectReader in(*parsed, "", fault);
  WhyUse use{.workflow = in.id<WorkflowId>("workflow"), .model = in.id<ModelId>("model")};
  in.refuse_others();
  if (fault) return Unexpected{"The use's " + fault->place + " " + fault->what + "."};
  return Why{std::move(use)};
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = error == std::errc() && end == text.data() + text.size() && number >= 1;
  return good ? std::optional(number) : std::nullopt;
}

}  // namespace

Expected<Why, std::string> read_why(std::string_view about, std::string_view which) {
  if (about == "refusal") return read_refusal(which);
  if (about == "use") return read_use(which);
  if (about == "lot") {
    if (!LotId::valid(which) || !credits::parse_lot(LotId(which))) return Unexpected{std::string("A lot is named as plan/term/period/n.")};
    return Why{WhyLot{LotId(which)}};
  }
  if (about == "period") {
    // A period is named as its lots are, without their number.
    const auto name = LotId::valid(which) ? credits::parse_lot(LotId(std::string(which) + "/1")) : std::nullopt;
    if (!name) return Unexpected{std::string("A Credit Period is named as plan/term/period.")};
    return Why{WhyPeriod{name->plan, name->term, name->period}};
  }
  if (about == "line") {
    const auto number = whole(which);
    if (!number) return Unexpected{std::string("An invoice line is a number from 1.")};
    return Why{WhyLine{*number}};
  }
  if (about == "usage") {
    if (!UsageId::valid(which)) return Unexpected{std::string("A usage id is 1 to 128 bytes of UTF-8 without control characters.")};
    return Why{WhyCharge{UsageId(which)}};
  }
  return Unexpected{std::string("Nothing is asked about but lot, usage, line, period, use and refusal.")};
}

}  // namespace creditfold
