// SPDX-License-Identifier: Apache-2.0
// Events in a table's words. What a rule usually turns on stands in the words; every other field can be asked by name.
#include <type_traits>

#include "tests/ledger/table.hpp"

namespace creditfold::test {
namespace {

// A field's value as a table writes it; `-` for none.
struct Say {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(std::int32_t value) const { return std::to_string(value); }
  std::string operator()(Credits value) const { return to_text(value); }
  std::string operator()(Volume value) const { return std::to_string(value.tokens); }
  std::string operator()(Instant value) const { return short_moment(value); }
  std::string operator()(const Money& value) const {
    return std::string(value.code()) + ":" + std::to_string(value.minor);
  }
  std::string operator()(const Text& value) const { return value.value; }
  std::string operator()(const FreeText& value) const { return value.sealed() ? "(sealed)" : value.value; }
  std::string operator()(const Bytes& value) const { return std::to_string(value.value.size()) + "B"; }
  std::string operator()(const Builders& value) const { return value.everyone ? "everyone" : list(value.actors); }
  std::string operator()(const std::vector<UsageFlag>& value) const { return list(value); }
  template <class Tag>
  std::string operator()(const Id<Tag>& value) const {
    return value.value;
  }
  template <class E>
  requires std::is_enum_v<E> std::string operator()(E value) const { return std::string(to_name(value)); }
  template <class T>
  std::string operator()(const std::optional<T>& value) const {
    return value ? (*this)(*value) : "-";
  }

 private:
  // Without the parts a table leaves out.
  static std::string short_moment(Instant value) {
    std::string text = to_text(value);
    text.pop_back();
    for (const std::string_view rest : {":00", ":00", "T00"}) {
      const bool cut = text.size() > rest.size() && text.substr(text.size() - rest.size()) == rest &&
                       text.find('.') == std::string::npos;
      if (!cut) break;
      text.resize(text.size() - rest.size());
    }
    return text;
  }
  template <class T>
  std::string list(const std::vector<T>& values) const {
    std::string out;
    for (const T& value : values) out += (out.empty() ? "" : "+") + (*this)(value);
    return out.empty() ? "-" : out;
  }
};

struct FindField {
  std::string_view wanted;
  std::string& found;

  template <class T>
  void operator()(const char* name, const T& value) const {
    if (wanted == name) found = Say{}(value);
  }
  void operator()(const char*, const std::optional<PlanTerms>& terms) const {
    if (terms) PlanTerms::fields(*terms, *this);
  }
};

struct InWords {
  const Event& event;

  std::string operator()(const AccountOpened&) const { return ""; }
  std::string operator()(const TermStarted& fact) const {
    return (fact.ai_studio ? fact.ai_studio->plan.value : fact.product.value) + "/" + std::to_string(fact.term);
  }
  std::string operator()(const TermEnded& fact) const {
    return (fact.plan ? fact.plan->value : fact.product.value) + "/" + std::to_string(fact.term) + " on " +
           say(fact.ends_at);
  }
  std::string operator()(const BuildersChanged& fact) const { return fact.plan.value + " " + say(fact.actors); }
  std::string operator()(const CreditsGranted& fact) const {
    return fact.lot.value + " " + say(fact.kind) + " " + say(fact.credits);
  }
  std::string operator()(const CreditsConsumed& fact) const {
    std::string words = fact.plan.value + " " + say(fact.credits);
    if (fact.late) words += " late";
    for (const UsageFlag flag : fact.flags) words += " " + say(flag);
    return words;
  }
  std::string operator()(const CreditsHeld& fact) const {
    return fact.authorization.value + " " + fact.plan.value + " " + say(fact.credits);
  }
  std::string operator()(const HoldReleased& fact) const { return fact.authorization.value + " " + say(fact.reason); }
  std::string operator()(const PeriodClosed& fact) const {
    std::string words =
        fact.plan.value + "/" + say(fact.term) + "/" + say(fact.period) + " expired " + say(fact.expired);
    if (fact.uncovered.micro != 0) words += " uncovered " + say(fact.uncovered);
    if (fact.overage) words += " bills " + say(*fact.overage);
    return words;
  }
  std::string operator()(const SeatsChanged& fact) const {
    const std::string words = fact.product.value + " " + say(fact.from) + ">" + say(fact.to);
    return fact.effective_at == event.at ? words : words + " from " + say(fact.effective_at);
  }
  std::string operator()(const KeyRotated& fact) const { return fact.key_arn.value; }
  std::string operator()(const KeyRevoked& fact) const { return fact.key_arn.value; }
  std::string operator()(const RegionMigrated& fact) const { return fact.from.value + ">" + fact.to.value; }
  std::string operator()(const ConsentChanged& fact) const { return fact.feature.value + " " + say(fact.granted); }
  std::string operator()(const TermsAccepted& fact) const { return fact.terms.value + " " + say(fact.accepted); }
  std::string operator()(const AccessChanged& fact) const { return say(fact.allowed); }
  std::string operator()(const ProductAdded& fact) const { return fact.product.value; }
  std::string operator()(const ProductRemoved& fact) const {
    return fact.product.value + " on " + say(fact.effective_at);
  }

 private:
  template <class T>
  static std::string say(const T& value) {
    return Say{}(value);
  }
};

}  // namespace

std::string in_words(const Event& event) {
  const std::string words = std::visit(InWords{event}, event.payload);
  return std::string(type_name(event.payload)) + (words.empty() ? "" : " " + words);
}

std::string field_text(const Event& event, std::string_view name) {
  if (name == "at") return Say{}(event.at);
  if (name == "recorded_at") return Say{}(event.recorded_at);
  if (name == "key") return event.key.value;
  if (name == "actor") return Say{}(event.actor);
  std::string found = "(no such field)";
  std::visit(
      [&](const auto& fact) {
        std::decay_t<decltype(fact)>::fields(fact, FindField{name, found});
      },
      event.payload);
  return found;
}

std::string mismatch(const Event& event, const std::string& expected) {
  std::string plain;
  for (const std::string& word : words_of(expected)) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) {
      plain += (plain.empty() ? "" : " ") + word;
      continue;
    }
    const std::string name = word.substr(0, equals);
    const std::string got = field_text(event, name);
    if (got != word.substr(equals + 1)) return name + "=" + got;
  }
  const std::string words = in_words(event);
  return words == plain ? std::string() : words;
}

}  // namespace creditfold::test
