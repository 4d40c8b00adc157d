// SPDX-License-Identifier: Apache-2.0
// Commands as JSON: every form they may have, and every place where one can be wrong named.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "ledger/json.hpp"

using namespace creditfold;
namespace json = boost::json;

namespace {

struct Form {
  const char* text;                   // a whole command, every field there
  std::vector<std::string> optional;  // the fields that may be left out
};

const std::vector<Form>& forms() {
  static const std::vector<Form> all{
      {R"({"command":"OpenAccount","account":"a","key":"k","at":"2026-01-01T00:00:00Z","environment":"gov",)"
       R"("region":"us"})",
       {}},
      {R"({"command":"StartTerm","account":"a","key":"k","at":"2026-01-01T00:00:00Z","product":"ai_studio",
          "starts_at":"2026-01-01T00:00:00Z","ends_at":"2026-02-01T00:00:00Z","plan":"plus","cadence":"monthly",
          "allotment":"5","seats":3,"seat_price":{"currency":"USD","minor":5}})",
       {"plan", "cadence", "allotment", "seats", "seat_price"}},
      {R"({"command":"RenewTerm","account":"a","key":"k","at":"2026-01-01T00:00:00Z","product":"ai_studio",)"
       R"("plan":"plus",
          "ends_at":"2026-02-01T00:00:00Z"})",
       {"plan"}},
      {R"({"command":"EndTerm","account":"a","key":"k","at":"2026-01-01T00:00:00Z","product":"ai_studio","plan":"plus",
          "ends_at":"2026-02-01T00:00:00Z"})",
       {"plan"}},
      {R"({"command":"SetBuilders","account":"a","key":"k","at":"2026-01-01T00:00:00Z","plan":"plus",)"
       R"("actors":["ann"]})",
       {}},
      {R"({"command":"GrantCredits","account":"a","key":"k","at":"2026-01-01T00:00:00Z","plan":"plus","credits":"5",
          "kind":"promotion","period":1,"reason":"r","corrects":"u"})",
       {"corrects"}},
      {R"({"command":"PurchaseCredits","account":"a","key":"k","at":"2026-01-01T00:00:00Z","plan":"plus","credits":"5",
          "periods":{"first":1,"last":2}})",
       {}},
      {R"({"command":"TransferCredits","account":"a","key":"k","at":"2026-01-01T00:00:00Z","to":"b","credits":"5"})",
       {}},
      {R"({"command":"RecordUsage","account":"a","key":"k","at":"2026-01-01T00:00:00Z","usage":"u","workflow":"w",
          "model":"m","query":1,"input":2,"output":3,"plan":"plus","actor":"ann","settles":"h","classification":"cui",
          "ai_generated":true,"memo":"m"})",
       {"plan", "actor", "settles", "classification", "ai_generated", "memo"}},
      {R"({"command":"AuthorizeUsage","account":"a","key":"k","at":"2026-01-01T00:00:00Z","authorization":"h",
          "workflow":"w","model":"m","query":1,"input":2,"output":3,"expires_at":"2026-02-01T00:00:00Z","plan":"plus",
          "actor":"ann","classification":"cui"})",
       {"plan", "actor", "classification"}},
      {R"({"command":"ReleaseAuthorization","account":"a","key":"k","at":"2026-01-01T00:00:00Z","authorization":"h"})",
       {}},
      {R"({"command":"ClosePeriods","account":"a","key":"k","at":"2026-01-01T00:00:00Z"})", {}},
      {R"({"command":"ChangeSeats","account":"a","key":"k","at":"2026-01-01T00:00:00Z","product":"p","seats":3})", {}},
      {R"({"command":"AddProduct","account":"a","key":"k","at":"2026-01-01T00:00:00Z","product":"p","region":"eu"})",
       {"region"}},
      {R"({"command":"RemoveProduct","account":"a","key":"k","at":"2026-01-01T00:00:00Z","product":"p"})", {}},
      {R"({"command":"MigrateRegion","account":"a","key":"k","at":"2026-01-01T00:00:00Z","region":"eu","scope":"team"})",
       {}},
      {R"({"command":"SetConsent","account":"a","key":"k","at":"2026-01-01T00:00:00Z","feature":"f","granted":true})",
       {}},
      {R"({"command":"AcceptTerms","account":"a","key":"k","at":"2026-01-01T00:00:00Z","terms":"t","accepted":false})",
       {"accepted"}},
      {R"({"command":"SetAccess","account":"a","key":"k","at":"2026-01-01T00:00:00Z","allowed":true,"reason":"r"})",
       {"reason"}},
      {R"({"command":"RotateKey","account":"a","key":"k","at":"2026-01-01T00:00:00Z","reason":"r",
          "key_arn":"arn:aws:kms:us-east-1:111122223333:key/one"})",
       {"reason"}},
      {R"({"command":"RevokeKey","account":"a","key":"k","at":"2026-01-01T00:00:00Z","reason":"r"})", {"reason"}},
  };
  return all;
}

// The place a text is malformed at, or "" when it is not.
std::string command_fault(const std::string& text) {
  const auto parsed = parse_command(text);
  if (parsed) return "";
  CHECK_FALSE(parsed.error().what.empty());
  return parsed.error().place;
}

// RecordUsage with one field replaced.
std::string usage_with(const std::string& field, const std::string& literal) {
  json::object object = json::parse(forms()[8].text).as_object();
  std::string rest;
  object.erase(field);
  rest = json::serialize(object);
  rest.pop_back();
  return rest + ",\"" + field + "\":" + literal + "}";
}

}  // namespace

TEST_CASE("JSON commands: each kind reads with all its fields, and says what it is") {
  CHECK(forms().size() == std::variant_size_v<CommandBody>);
  std::vector<std::size_t> seen;
  for (const Form& form : forms()) {
    const auto parsed = parse_command(form.text);
    INFO(form.text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->command.account.value == "a");
    CHECK(parsed->command.key.value == "k");
    CHECK(parsed->command.at == parse_instant("2026-01-01T00:00:00Z"));
    const std::string_view name =
        std::visit([](const auto& body) { return std::decay_t<decltype(body)>::name; }, parsed->command.body);
    CHECK(name == std::string(json::parse(form.text).at("command").as_string().c_str()));
    seen.push_back(parsed->command.body.index());
  }
  std::sort(seen.begin(), seen.end());
  CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("JSON commands: a missing field is malformed at its place, unless it may be left out") {
  for (const Form& form : forms()) {
    const json::object whole = json::parse(form.text).as_object();
    for (const auto& field : whole) {
      const std::string name(field.key().data(), field.key().size());
      json::object without = whole;
      without.erase(name);
      const bool may = name == "at" || std::count(form.optional.begin(), form.optional.end(), name) != 0;
      INFO(json::serialize(without));
      CHECK(command_fault(json::serialize(without)) == (may ? "" : "/" + name));
    }
  }
}

TEST_CASE("JSON commands: a field of the wrong type, null too, is malformed at its place") {
  for (const Form& form : forms()) {
    const json::object whole = json::parse(form.text).as_object();
    for (const auto& field : whole) {
      const std::string name(field.key().data(), field.key().size());
      for (const json::value& wrong : {json::value(nullptr), json::value(1.5), json::value(json::array{1})}) {
        json::object changed = whole;
        changed[name] = wrong;
        INFO(json::serialize(changed));
        const std::string place = command_fault(json::serialize(changed));
        const bool list = name == "actors" && wrong.is_array();
        CHECK(place == "/" + name + (list ? "/0" : ""));
      }
    }
  }
}

TEST_CASE("JSON commands: an unknown field is refused, not ignored") {
  for (const Form& form : forms()) {
    json::object changed = json::parse(form.text).as_object();
    changed["zzz"] = 1;
    INFO(json::serialize(changed));
    CHECK(command_fault(json::serialize(changed)) == "/zzz");
  }
  CHECK(command_fault(R"({"command":"ClosePeriods","account":"a","key":"k","plan":"plus"})") == "/plan");
  CHECK(command_fault(R"({"command":"PurchaseCredits","account":"a","key":"k","plan":"p","credits":"5",)"
                      R"("periods":{"first":1,"last":2,"step":1}})") == "/periods/step");
}

TEST_CASE("JSON commands: an unknown command is malformed") {
  CHECK(command_fault(R"({"command":"Refund","account":"a","key":"k"})") == "/command");
  CHECK(command_fault(R"({"command":"closeperiods","account":"a","key":"k"})") == "/command");
  CHECK(command_fault(R"({"account":"a","key":"k"})") == "/command");
  CHECK(command_fault(R"({})") == "/command");
}

TEST_CASE("JSON commands: nested places are named whole") {
  const auto purchase = [](const std::string& periods) {
    return command_fault(R"({"command":"PurchaseCredits","account":"a","key":"k","plan":"p","credits":"5","periods":)" +
                         periods + "}");
  };
  CHECK(purchase(R"({"last":2})") == "/periods/first");
  CHECK(purchase(R"({"first":2})") == "/periods/last");
  CHECK(purchase(R"({"first":"1","last":2})") == "/periods/first");
  CHECK(purchase(R"({"first":1,"last":2.0})") == "/periods/last");
  CHECK(purchase(R"([1,2])") == "/periods");
  const auto seats = [](const std::string& price) {
    return command_fault(
        R"({"command":"StartTerm","account":"a","key":"k","product":"p","starts_at":"2026-01-01T00:00:00Z",)"
        R"("ends_at":"2027-01-01T00:00:00Z","seats":1,"seat_price":)" +
        price + "}");
  };
  CHECK(seats(R"({"currency":"USD","minor":1})").empty());
  CHECK(seats(R"({"currency":"usd","minor":1})") == "/seat_price/currency");
  CHECK(seats(R"({"currency":"US","minor":1})") == "/seat_price/currency");
  CHECK(seats(R"({"currency":"USD","minor":"1"})") == "/seat_price/minor");
  CHECK(seats(R"({"currency":"USD"})") == "/seat_price/minor");
  CHECK(seats(R"({"currency":"USD","minor":1,"x":1})") == "/seat_price/x");
  const auto builders = [](const std::string& actors) {
    return command_fault(R"({"command":"SetBuilders","account":"a","key":"k","plan":"p","actors":)" + actors + "}");
  };
  CHECK(builders(R"("everyone")").empty());
  CHECK(builders(R"([])").empty());
  CHECK(builders(R"("everybody")") == "/actors");
  CHECK(builders(R"(["a","b",""])") == "/actors/2");
  CHECK(builders(R"(["a",{"b":1}])") == "/actors/1");
  std::string many = "[\"x\"";
  for (std::size_t i = 1; i < actors_max; ++i) many += ",\"x\"";
  CHECK(builders(many + "]").empty());
  CHECK(builders(many + ",\"x\"]") == "/actors");
}

TEST_CASE("JSON commands: ids are 1 to 128 bytes of UTF-8 without control characters, keys any 1 to 255") {
  const auto id = [](const std::string& literal) { return command_fault(usage_with("usage", literal)); };
  CHECK(id("\"" + std::string(128, 'x') + "\"").empty());
  CHECK(id("\"" + std::string(129, 'x') + "\"") == "/usage");
  CHECK(id("\"\"") == "/usage");
  CHECK(id(R"("two words, a / and \"quotes\"")").empty());
  CHECK(id("\"Grüße \xF0\x9F\x8C\x8D\"").empty());
  CHECK(id(R"("tab\t")") == "/usage");
  CHECK(id(R"("nul\u0000")") == "/usage");
  CHECK(id(R"("del\u007f")") == "/usage");
  CHECK(id(R"("c1\u0085")") == "/usage");
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "ü";
  CHECK(id("\"" + umlauts + "\"").empty());
  CHECK(id("\"" + umlauts + "x\"") == "/usage");
  const auto key = [](const std::string& literal) { return command_fault(usage_with("key", literal)); };
  CHECK(key("\"" + std::string(255, 'k') + "\"").empty());
  CHECK(key("\"" + std::string(256, 'k') + "\"") == "/key");
  CHECK(key("\"\"") == "/key");
  CHECK(key(R"("a\nb\u0000\u0085")").empty());
  CHECK(command_fault(usage_with("memo", "\"" + std::string(text_bytes_max, 'm') + "\"")).empty());
  CHECK(command_fault(usage_with("memo", "\"" + std::string(text_bytes_max + 1, 'm') + "\"")) == "/memo");
}

TEST_CASE("JSON commands: moments are RFC 3339 in UTC, at most microseconds") {
  const auto at = [](const char* text) { return command_fault(usage_with("at", "\"" + std::string(text) + "\"")); };
  for (const char* good :
       {"2026-01-31T23:59:59Z", "2026-01-31T23:59:59.1Z", "2026-01-31T23:59:59.123456Z", "2024-02-29T00:00:00Z",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59Z"}) {
    INFO(good);
    CHECK(at(good).empty());
  }
  for (const char* bad : {"",
                          "2026-01-31",
                          "2026-01-31T23:59:59",
                          "2026-01-31T23:59:59+00:00",
                          "2026-01-31T23:59:59.1234567Z",
                          "2026-01-31T23:59:59.Z",
                          "2026-02-29T00:00:00Z",
                          "2026-13-01T00:00:00Z",
                          "2026-00-01T00:00:00Z",
                          "2026-01-00T00:00:00Z",
                          "2026-01-32T00:00:00Z",
                          "2026-01-01T24:00:00Z",
                          "2026-01-01T23:60:00Z",
                          "0000-01-01T00:00:00Z",
                          "10000-01-01T00:00:00Z",
                          "2026-01-01 00:00:00Z",
                          " 2026-01-01T00:00:00Z",
                          "2026-1-1T00:00:00Z",
                          "2026-01-01T00:00Z",
                          "2026-01-01T00:00:00ZZ",
                          "now"}) {
    INFO(bad);
    CHECK(at(bad) == "/at");
  }
}

TEST_CASE("JSON commands: credits are decimal strings of at most six digits of fraction, within 64 bits") {
  const auto credits = [](const std::string& literal) {
    return command_fault(R"({"command":"TransferCredits","account":"a","key":"k","to":"b","credits":)" + literal + "}");
  };
  for (const char* good :
       {"\"0\"", "\"1250\"", "\"0.000125\"", "\"-3.5\"", "\"9223372036854.775807\"", "\"-9223372036854.775808\""}) {
    INFO(good);
    CHECK(credits(good).empty());
  }
  for (const char* bad : {"1250", "1.5", "\"\"", "\"-\"", "\"+1\"", "\".5\"", "\"1.\"", "\"1e3\"", "\"1,000\"",
                          "\" 1\"", "\"1 \"", "\"0.0000001\"", "\"9223372036854.775808\"", "\"-9223372036854.775809\"",
                          "\"0x10\"", "\"1.5.5\"", "\"99999999999999999999999999\"", "\"NaN\"", "\"\xD9\xA1\""}) {
    INFO(bad);
    CHECK(credits(bad) == "/credits");
  }
}

TEST_CASE("JSON commands: volumes are whole tokens, 0 or more, within 64 bits") {
  const auto volume = [](const char* literal) { return command_fault(usage_with("query", literal)); };
  CHECK(volume("0").empty());
  CHECK(volume("9223372036854775807").empty());
  for (const char* bad :
       {"-1", "9223372036854775808", "18446744073709551615", "99999999999999999999", "1.0", "1e3", "\"1\"", "true"}) {
    INFO(bad);
    CHECK(volume(bad) == "/query");
  }
}

TEST_CASE("JSON commands: what is not JSON is malformed at its byte") {
  struct Row {
    std::string text;
    const char* place;
  };
  const Row rows[] = {{"", "byte 1"},
                      {"   ", "byte 4"},
                      {"{", "byte 2"},
                      {"hello", "byte 1"},
                      {R"({"command":"ClosePeriods",})", "byte 27"},
                      {R"({"command":'ClosePeriods'})", "byte 12"},
                      {R"({"command":"ClosePeriods","account":"a","key":"k"} x)", "byte 52"},
                      {R"({"command":"ClosePeriods","account":"a","key":"k"}{})", "byte 51"},
                      {"{\"command\":\"\xC0\x80\"}", "byte 13"},
                      {"{\"command\":\"\xED\xA0\x80\"}", "byte 13"},
                      {R"({"command":"\ud800"})", nullptr},
                      {R"({"command":"\x41"})", nullptr},
                      {"{\"command\":\"a\nb\"}", nullptr},
                      {"\xEF\xBB\xBF{}", "byte 1"},
                      {R"({"command":01})", nullptr},
                      {R"({"command":NaN})", "byte 12"},
                      {std::string(20, '[') + std::string(20, ']'), nullptr}};
  for (const Row& row : rows) {
    INFO(row.text);
    const std::string place = command_fault(row.text);
    CHECK(place.substr(0, 5) == "byte ");
    if (row.place != nullptr) CHECK(place == row.place);
  }
  for (const char* value : {"[]", "null", "5", "\"ClosePeriods\"", "true"}) CHECK(command_fault(value) == "/");
  CHECK(command_fault(R"( {"command":"ClosePeriods","account":"a","key":"k"}  )").empty());
  CHECK(command_fault(std::string(command_bytes_max + 1, ' ')) == "/");
}

TEST_CASE("JSON commands: a field that stands twice is malformed, however it is spelled") {
  CHECK(command_fault(R"({"command":"ClosePeriods","account":"a","key":"k","key":"k"})") == "/key");
  CHECK(command_fault(R"({"command":"ClosePeriods","account":"a","account":"b","key":"k"})") == "/account");
  CHECK(command_fault(R"({"command":"ClosePeriods","account":"a","\u0061ccount":"b","key":"k"})") == "/account");
  CHECK(command_fault(R"({"command":"PurchaseCredits","account":"a","key":"k","plan":"p","credits":"5",)"
                      R"("periods":{"first":1,"last":2,"last":3}})") == "/periods/last");
  // Colons in texts, and those that an escape stands for, are no keys' and hide none.
  CHECK(command_fault(R"({"command":"ClosePeriods","account":"a:b","key":"k:"})").empty());
  CHECK(command_fault(R"({"command":"ClosePeriods","account":"a\u003ab","key":"\":k"})").empty());
  CHECK(command_fault(R"({"command":"ClosePeriods","account":"a:b","account":"a","key":"k"})") == "/account");
  CHECK(command_fault(R"({"command":"ClosePeriods","key":"j","account":"a\u003ab","key":"k"})") == "/key");
}

TEST_CASE("GOV-3: the place of a field that stands twice is not told where it carries a marking, however it is spelled") {
  const auto parsed = parse_command(
      R"({"memo":{"\u0053ECRET//NOFORN":1,"\u0053ECRET//NOFORN":2},"memo":"x","command":"ClosePeriods","account":"a","key":"k"})");
  REQUIRE_FALSE(parsed.has_value());
  CHECK(to_json(refusal_answer(parsed.error())).find("NOFORN") == std::string::npos);
}

TEST_CASE("JSON commands: a malformed text's key is told where it has one") {
  const auto key = [](const char* text) {
    const auto parsed = parse_command(text);
    REQUIRE_FALSE(parsed.has_value());
    return parsed.error().key ? parsed.error().key->value : "(none)";
  };
  CHECK(key(R"({"command":"Refund","account":"a","key":"k1"})") == "k1");
  CHECK(key(R"({"key":"k2"})") == "k2");
  CHECK(key(R"({"key":""})") == "(none)");
  CHECK(key(R"({"key":7})") == "(none)");
  CHECK(key(R"({)") == "(none)");
  CHECK(key(R"(["k"])") == "(none)");
}

TEST_CASE("JSON commands: the digest is the same for texts equal as JSON values") {
  const auto digest = [](const std::string& text) {
    const auto parsed = parse_command(text);
    INFO(text);
    REQUIRE(parsed.has_value());
    return parsed->digest;
  };
  for (const Form& form : forms()) {
    const json::object whole = json::parse(form.text).as_object();
    json::object backwards;
    std::vector<std::string> names;
    for (const auto& field : whole) names.emplace_back(field.key().data(), field.key().size());
    std::reverse(names.begin(), names.end());
    for (const std::string& name : names) backwards[name] = whole.at(name);
    const CommandDigest plain = digest(form.text);
    CHECK(digest(json::serialize(whole)) == plain);
    CHECK(digest(json::serialize(backwards)) == plain);
    CHECK(digest(" \t" + std::string(form.text) + "\r\n") == plain);
  }
  const std::string escaped = usage_with("memo", R"("\u0041\/\u00fc\ud83d\ude00\n")");
  const std::string spelled = usage_with("memo", "\"A/ü\xF0\x9F\x98\x80\\u000a\"");
  CHECK(digest(escaped) == digest(spelled));
}

TEST_CASE("JSON commands: the digest differs as soon as one value does") {
  for (const Form& form : forms()) {
    const json::object whole = json::parse(form.text).as_object();
    std::vector<CommandDigest> digests{parse_command(form.text)->digest};
    for (const auto& field : whole) {
      const std::string name(field.key().data(), field.key().size());
      json::object without = whole;
      without.erase(name);
      if (const auto parsed = parse_command(json::serialize(without))) digests.push_back(parsed->digest);
      json::object changed = whole;
      if (changed[name].is_int64()) changed[name] = changed[name].as_int64() + 1;
      if (changed[name].is_bool()) changed[name] = !changed[name].as_bool();
      if (name == "memo" || name == "reason" || name == "usage" || name == "account" || name == "key")
        changed[name] = "another";
      if (name == "credits") changed[name] = "5.0";  // as sent, not as meant
      if (name == "at") changed[name] = "2026-01-01T00:00:00.000Z";
      if (changed == whole) continue;
      if (const auto parsed = parse_command(json::serialize(changed))) digests.push_back(parsed->digest);
    }
    for (std::size_t i = 0; i < digests.size(); ++i) {
      for (std::size_t j = i + 1; j < digests.size(); ++j) CHECK(digests[i] != digests[j]);
    }
  }
}
