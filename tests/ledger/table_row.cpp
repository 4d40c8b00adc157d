// SPDX-License-Identifier: Apache-2.0
// A row's command as the JSON a caller would send. Form only: whether it comes true is what the row is there to ask.
#include <map>
#include <stdexcept>
#include <utility>

#include "ledger/json.hpp"
#include "tests/ledger/table.hpp"

namespace creditfold::test {
namespace {

bool is_number(const std::string& word) {
  return !word.empty() && word.find_first_not_of("-0123456789") == std::string::npos;
}

std::pair<std::string, std::string> halves(const std::string& word, const std::string& mark) {
  const auto at = word.find(mark);
  if (at == std::string::npos) throw std::invalid_argument("no \"" + mark + "\" in " + word);
  return {word.substr(0, at), word.substr(at + mark.size())};
}

std::string money(const std::string& word) {
  const auto [currency, minor] = halves(word, ":");
  return R"({"currency":)" + json_quote(currency) + R"(,"minor":)" + minor + "}";
}

class Row {
 public:
  Row(const std::vector<std::string>& words, int number) : words_(words), number_(std::to_string(number)) {}

  std::string json() {
    const std::string when = next();
    fields_ = {{"command", ""}, {"account", json_quote("acme")}, {"key", json_quote("#" + number_)}};
    if (when != "-") fields_["at"] = json_quote(to_text(moment(when)));
    command(next());
    options();
    std::string out = "{";
    for (const auto& [name, value] : fields_) out += (out.size() > 1 ? "," : "") + json_quote(name) + ":" + value;
    return out + "}";
  }

 private:
  std::string next() {
    if (at_ == words_.size()) throw std::invalid_argument("the row ends too soon");
    return words_[at_++];
  }
  std::string after(const std::string& word) {
    if (next() != word) throw std::invalid_argument("expected \"" + word + "\" in the row");
    return next();
  }
  void named(const std::string& command) { fields_["command"] = json_quote(command); }
  void text(const std::string& field, const std::string& value) { fields_[field] = json_quote(value); }
  void time(const std::string& field, const std::string& value) { fields_[field] = json_quote(to_text(moment(value))); }

  void span_of_term() {
    const auto [from, to] = halves(next(), "..");
    time("starts_at", from);
    time("ends_at", to);
  }
  void product_or_plan(const std::string& name) {
    const bool studio = table_catalog().product(ProductId(name)) == nullptr && name != "no_product";
    text("product", studio ? "ai_studio" : name);
    if (studio) text("plan", name);
  }
  // MODEL Q/I/O, or a number of credits.
  void volumes() {
    const std::string model = next();
    const bool credits_only = is_number(model);
    const std::string volumes = credits_only ? "0/" + model + "/0" : next();
    const auto [query, rest] = halves(volumes, "/");
    const auto [input, output] = halves(rest, "/");
    text("model", credits_only ? "unit" : model);
    text("workflow", "flow");
    fields_["query"] = query;
    fields_["input"] = input;
    fields_["output"] = output;
  }

  void start() {
    named("StartTerm");
    const std::string what = next();
    const std::string how = next();
    product_or_plan(what);
    if (is_number(how)) {
      fields_["seats"] = how;
      if (next() != "seats") throw std::invalid_argument("expected \"seats\"");
    } else {
      text("cadence", how);
    }
    span_of_term();
  }
  void terms_and_plans(const std::string& verb) {
    if (verb == "open") {
      named("OpenAccount");
      text("environment", "commercial");
      text("region", next());
    } else if (verb == "start") {
      start();
    } else if (verb == "renew" || verb == "end") {
      named(verb == "renew" ? "RenewTerm" : "EndTerm");
      product_or_plan(next());
      time("ends_at", after(verb == "renew" ? "to" : "on"));
    } else if (verb == "builders") {
      named("SetBuilders");
      text("plan", next());
      std::string list = next();
      std::string json = list == "everyone" ? json_quote(list) : list == "nobody" ? "[]" : "[" + json_quote(list) + "]";
      for (auto plus = json.find('+'); plus != std::string::npos; plus = json.find('+')) json.replace(plus, 1, "\",\"");
      fields_["actors"] = json;
    } else {
      throw std::invalid_argument("no command is called " + verb);
    }
  }
  void lots_and_usage(const std::string& verb) {
    if (verb == "grant") {
      named("GrantCredits");
      text("plan", next());
      text("credits", next());
      text("kind", next());
      fields_["period"] = after("in");
      text("reason", "goodwill");
    } else if (verb == "buy") {
      named("PurchaseCredits");
      text("plan", next());
      text("credits", next());
      const std::string run = after("in");
      const auto [first, last] = run.find("..") == std::string::npos ? std::pair{run, run} : halves(run, "..");
      fields_["periods"] = R"({"first":)" + first + R"(,"last":)" + last + "}";
    } else if (verb == "transfer") {
      named("TransferCredits");
      text("credits", next());
      text("to", after("to"));
    } else if (verb == "use") {
      named("RecordUsage");
      text("usage", "u" + number_);
      volumes();
    } else if (verb == "authorize") {
      named("AuthorizeUsage");
      text("authorization", next());
      volumes();
      time("expires_at", after("until"));
    } else if (verb == "release") {
      named("ReleaseAuthorization");
      text("authorization", next());
    } else {
      terms_and_plans(verb);
    }
  }
  void command(const std::string& verb) {
    if (verb == "close") {
      named("ClosePeriods");
    } else if (verb == "seats") {
      named("ChangeSeats");
      text("product", next());
      fields_["seats"] = next();
    } else if (verb == "add" || verb == "remove") {
      named(verb == "add" ? "AddProduct" : "RemoveProduct");
      text("product", next());
    } else if (verb == "migrate") {
      named("MigrateRegion");
      text("region", after("to"));
      text("scope", "organization");
    } else if (verb == "consent") {
      named("SetConsent");
      text("feature", next());
      fields_["granted"] = next() == "yes" ? "true" : "false";
    } else if (verb == "accept") {
      named("AcceptTerms");
      text("terms", next());
    } else if (verb == "rotate") {
      named("RotateKey");
      text("key_arn", next());
    } else if (verb == "revoke") {
      named("RevokeKey");
    } else if (verb == "access") {
      named("SetAccess");
      fields_["allowed"] = next() == "yes" ? "true" : "false";
    } else {
      lots_and_usage(verb);
    }
  }
  void options() {
    static const std::map<std::string, std::string> renamed{{"by", "actor"}, {"price", "seat_price"}, {"id", "usage"}};
    while (at_ < words_.size()) {
      const std::string word = next();
      const auto found = renamed.find(word);
      const std::string field = found == renamed.end() ? word : found->second;
      const std::string value = next();
      if (field == "seat_price") {
        fields_[field] = money(value);
      } else if (value == "true" || value == "false" || field == "seats") {
        fields_[field] = value;
      } else {
        text(field, value);
      }
    }
  }

  const std::vector<std::string>& words_;
  std::string number_;
  std::size_t at_ = 0;
  std::map<std::string, std::string> fields_;
};

}  // namespace

Instant moment(std::string_view text) {
  constexpr std::string_view rest = "0000-00-00T00:00:00";
  std::string full(text);
  if (full.size() < rest.size()) full += rest.substr(full.size());
  const auto found = parse_instant(full + "Z");
  if (!found) throw std::invalid_argument("no moment: " + std::string(text));
  return *found;
}

std::vector<std::string> words_of(std::string_view row) {
  std::vector<std::string> words;
  bool inside = false;  // a word
  bool quoted = false;
  for (const char c : row) {
    if (c == ' ' && !quoted) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (c == '"') {
      quoted = !quoted;
    } else {
      words.back() += c;
    }
  }
  return words;
}

std::string command_json(const std::vector<std::string>& words, int number) { return Row(words, number).json(); }

}  // namespace creditfold::test
