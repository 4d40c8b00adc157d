// SPDX-License-Identifier: Apache-2.0
// Why a command was refused: the code, the clause and its sentence, the values that broke it and what they come to.
// What the account says about it is in explain_refusal_account.cpp.
#include "ledger/explain_refusal.hpp"

#include <algorithm>
#include <functional>

#include "ledger/clauses.hpp"
#include "ledger/command.hpp"
#include "ledger/words.hpp"

namespace creditfold::why {
namespace {

constexpr std::string_view arithmetic_part = "Arithmetic";

// AIS-5b: what of the amount is whole increments, and the nearest amounts that are.
void tell_nearest_packs(Telling& told, const Refused& refused) {
  const auto credits = refused.credits("credits");
  const auto increment = refused.credits("increment");
  if (!credits || !increment) return;
  if (increment->micro <= 0) {
    told.remark(arithmetic_part, {"Increment"}, {"The plan sells no packs: its increment is 0."}).by("AIS-5b");
    return;
  }
  if (credits->micro <= 0) {
    told.credits(arithmetic_part, {"Smallest pack"}, {"an amount is positive"}, *increment).by("AIS-5b");
    return;
  }
  const std::int64_t whole = credits->micro / increment->micro;
  const Credits rest{credits->micro % increment->micro};
  told.credits(arithmetic_part, {"Left over"}, {*credits, " − ", whole, " × ", *increment}, rest).by("AIS-5b");
  const auto multiple = [&](std::int64_t count) -> std::optional<Credits> {
    std::int64_t micro = 0;
    if (__builtin_mul_overflow(count, increment->micro, &micro)) return std::nullopt;
    return Credits{micro};
  };
  if (const auto below = multiple(whole); below && whole > 0) {
    told.credits(arithmetic_part, {"The pack below"}, {whole, " × ", *increment}, *below);
  }
  if (const auto above = multiple(whole + 1)) {
    told.credits(arithmetic_part, {"The pack above"}, {whole + 1, " × ", *increment}, *above);
  }
}

// H18: (spoken for + cost) x 100 > granted x percent.
void tell_exhaustion(Telling& told, const Refused& refused) {
  const auto cost = refused.credits("cost");
  const auto spoken_for = refused.credits("spoken_for");
  const auto granted = refused.credits("granted");
  const auto share = refused.credits("stop_at_percent");
  const bool told_whole = cost && spoken_for && granted && share && share->micro % micro_per_credit == 0;
  if (!told_whole || cost->micro < 0 || spoken_for->micro < 0 || granted->micro < 0 || share->micro < 0) return;
  const auto wanted = static_cast<Wide>(spoken_for->micro) + static_cast<Wide>(cost->micro);
  const Wide allowed = static_cast<Wide>(granted->micro) * static_cast<Wide>(share->micro / micro_per_credit) / 100;
  constexpr Wide fine = 1'000'000;
  told.step(arithmetic_part, {"Would be spoken for"}, {*spoken_for, " + ", *cost}, fine_credits(wanted * fine),
            "credits")
      .by("H18");
  told.step(arithmetic_part, {"May be spoken for"}, {*granted, " × ", *share, " ÷ 100"}, fine_credits(allowed * fine),
            "credits")
      .by("H18");
  const auto spoken = static_cast<Wide>(spoken_for->micro);
  told.step(arithmetic_part, {"The most that fits"}, {"what may be − what is spoken for"},
            fine_credits((allowed > spoken ? allowed - spoken : 0) * fine), "credits");
}

// H1.
void tell_future(Telling& told, const Refused& refused) {
  const auto at = refused.instant("at");
  const auto now = refused.instant("now");
  if (!at || !now || *at < *now) return;
  // Microseconds are to a second what micro-credits are to a credit: the same decimals.
  told.step(arithmetic_part, {"Ahead of the clock"}, {*at, " − ", *now}, Credits{at->micros - now->micros}, "seconds")
      .by("H1");
  told.step(arithmetic_part, {"Allowed"}, {"at most"}, Credits{future_micros_max}, "seconds").by("H1");
}

std::string_view article_of(std::string_view clause) { return clause.empty() ? "a rule of form" : clause; }

// Whether an event names what the refusal is about; nothing: no event has to be looked for.
std::function<bool(const Event&)> test_for_named(const Refused& refused) {
  const RefusalCode code = refused.refusal.code;
  const auto key = refused.detail("key");
  if (code == RefusalCode::key_reused && key) return [key](const Event& event) { return event.key.value == *key; };
  const auto id = refused.detail("authorization");
  const bool is_authorization = code == RefusalCode::unknown_authorization || code == RefusalCode::authorization_exists;
  if (!is_authorization || !id) return {};
  return [wanted = AuthorizationId(*id)](const Event& event) {
    const auto* held = std::get_if<CreditsHeld>(&event.payload);
    const auto* released = std::get_if<HoldReleased>(&event.payload);
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    return (held && held->authorization == wanted) || (released && released->authorization == wanted) ||
           (charge && charge->settles == wanted);
  };
}

}  // namespace

std::optional<std::string> Refused::detail(std::string_view name) const {
  const auto found = std::find_if(refusal.details.begin(), refusal.details.end(),
                                  [name](const auto& entry) { return entry.first == name; });
  return found == refusal.details.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Credits> Refused::credits(std::string_view name) const {
  const auto text = detail(name);
  return text ? parse_credits(*text) : std::nullopt;
}

std::optional<Instant> Refused::instant(std::string_view name) const {
  const auto text = detail(name);
  return text ? parse_instant(*text) : std::nullopt;
}

Instant Refused::moment() const { return instant("at").value_or(reading ? reading->state.latest_at : Instant{}); }

void tell_arithmetic(Telling& told, const Refused& refused) {
  const RefusalCode code = refused.refusal.code;
  if (code == RefusalCode::bad_increment) tell_nearest_packs(told, refused);
  if (code == RefusalCode::insufficient_credits) tell_exhaustion(told, refused);
  if (code == RefusalCode::in_future) tell_future(told, refused);
}

Told explain_refusal(const AccountHistory& history, const WhyRefusal& why, const Catalog& catalog) {
  const Refusal& refusal = why.refusal;
  Refused refused{refusal, catalog, nullptr, {}};
  const std::function<bool(const Event&)> names = test_for_named(refused);
  std::vector<Place> named;
  const Reading reading(history, [&](const Event& event, const AccountState&) {
    if (names && names(event)) named.push_back(place_of(event));
  });
  if (reading.seq != 0) {
    refused.reading = &reading;
    refused.named = named;
  }
  Telling told("refusal", std::string(to_name(refusal.code)));
  const Clause* clause = find_clause(refusal.clause);
  auto rule = told.step("Refusal", {"Rule"},
                        {clause ? std::string(clause->sentence) : "The form of what was sent; no clause states it."},
                        std::string(to_name(refusal.code)));
  if (clause != nullptr) rule.by(clause->id);
  for (const auto& [name, value] : refusal.details) told.step("What was asked", {name}, {}, value);
  tell_arithmetic(told, refused);
  if (refused.reading != nullptr) tell_account(told, refused);
  std::string message = refusal.message;
  while (!message.empty() && message.back() == '.') message.pop_back();
  told.answer({"Refused as ", to_name(refusal.code), " (", article_of(refusal.clause), "): ", message, "."});
  return told.finish(history, reading);
}

}  // namespace creditfold::why
