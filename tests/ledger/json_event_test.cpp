// SPDX-License-Identifier: Apache-2.0
// Events and answers as JSON: there and back for every kind, and strict on the way back.
#include <catch2/catch.hpp>
#include <string>

#include "ledger/json.hpp"
#include "ledger/json_text.hpp"
#include "tests/events/samples.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;

namespace {

std::string event_fault(const std::string& text) {
  const auto parsed = parse_event(text);
  if (parsed) return "";
  CHECK_FALSE(parsed.error().what.empty());
  return parsed.error().place;
}

constexpr const char* held =
    R"({"type":"CreditsHeld","seq":7,"account":"a","version":3,"at":"2026-01-01T00:00:00Z",)"
    R"("recorded_at":"2026-01-01T00:00:01Z",)"
    R"("key":"k","authorization":"h","plan":"plus","credits":"1.5","expires_at":"2026-02-01T00:00:00Z"})";

std::string held_with(const std::string& from, const std::string& to) {
  std::string text = held;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("JSON events: every kind goes out and comes back the same, full and bare") {
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) {
    for (const bool full : {false, true}) {
      Event event = test::sample_event(tag, full);
      event.seq = 41;
      const std::string text = to_json(event);
      INFO(text);
      CHECK(text.find('\n') == std::string::npos);
      CHECK_FALSE(find_duplicate_key(text).has_value());
      const auto back = parse_event(text);
      INFO((back ? std::string() : back.error().place + " " + back.error().what));
      REQUIRE(back.has_value());
      CHECK(*back == event);
      CHECK(to_json(*back) == text);
    }
  }
}

TEST_CASE("JSON events: sealed text is an object with lower-case hex, and nothing else is taken for one") {
  const auto with_reason = [](const std::string& reason) {
    return R"({"type":"AccessChanged","seq":1,"account":"a","version":2,"at":"2026-01-01T00:00:00Z",)"
           R"("recorded_at":"2026-01-01T00:00:01Z","key":"k","allowed":true,"reason":)" + reason + "}";
  };
  const std::string hex = "ff01" + std::string(80, 'a');
  const auto sealed = parse_event(with_reason("{\"sealed\":\"" + hex + "\"}"));
  REQUIRE(sealed.has_value());
  CHECK(std::get<AccessChanged>(sealed->payload).reason->sealed());
  CHECK(to_json(*sealed) == with_reason("{\"sealed\":\"" + hex + "\"}"));
  CHECK(event_fault(with_reason("\"plain\"")).empty());
  CHECK(event_fault(with_reason("{}")) == "/reason/sealed");
  CHECK(event_fault(with_reason("{\"sealed\":\"" + hex + "\",\"more\":1}")) == "/reason/more");
  CHECK(event_fault(with_reason("{\"sealed\":\"" + hex + "a\"}")) == "/reason/sealed");
  CHECK(event_fault(with_reason("{\"sealed\":\"FF01" + std::string(80, 'a') + "\"}")) == "/reason/sealed");
  CHECK(event_fault(with_reason("{\"sealed\":\"ff03" + std::string(80, 'a') + "\"}")) == "/reason/sealed");
  CHECK(event_fault(with_reason("{\"sealed\":\"ff01aaaa\"}")) == "/reason/sealed");
  CHECK(event_fault(with_reason("{\"sealed\":\"6162\"}")) == "/reason/sealed");
  CHECK(event_fault(with_reason("7")) == "/reason");
}

TEST_CASE("JSON events: any event goes out and comes back the same") {
  test::Random random(7);
  for (int i = 0; i < 3000; ++i) {
    Event event = test::random_event(random);
    event.seq = i + 1;
    const std::string text = to_json(event);
    const auto back = parse_event(text);
    INFO(text);
    INFO((back ? std::string() : back.error().place + " " + back.error().what));
    REQUIRE(back.has_value());
    REQUIRE(*back == event);
  }
}

TEST_CASE("JSON events: the envelope comes first, in its order, then the fields in theirs") {
  const auto parsed = parse_event(held);
  REQUIRE(parsed.has_value());
  CHECK(to_json(*parsed) == held);
  const auto with_actor = parse_event(held_with(R"("key":"k",)", R"("key":"k","actor":"ann",)"));
  REQUIRE(with_actor.has_value());
  CHECK(with_actor->actor == ActorId("ann"));
}

TEST_CASE("AI-2: every charge in JSON says that it is AI generated, nothing else does, and none may say otherwise") {
  for (std::uint8_t tag = 1; tag <= event_kinds; ++tag) {
    Event event = test::sample_event(tag, false);
    event.seq = 1;
    const std::string text = to_json(event);
    const bool charge = std::holds_alternative<CreditsConsumed>(event.payload);
    CHECK((text.find(R"(,"ai_generated":true)") != std::string::npos) == charge);
    if (!charge) continue;
    const auto with = [&](const char* said) {
      std::string changed = text;
      const std::string told = R"(,"ai_generated":true)";
      return changed.replace(changed.find(told), told.size(), said);
    };
    const auto before = parse_event(with(""));  // as documents said it before there was the field
    REQUIRE(before.has_value());
    CHECK(*before == event);
    CHECK(to_json(*before) == text);
    CHECK(event_fault(with(R"(,"ai_generated":false)")) == "/ai_generated");
    CHECK(event_fault(with(R"(,"ai_generated":"true")")) == "/ai_generated");
  }
  CHECK(event_fault(held_with(R"("credits":"1.5")", R"("credits":"1.5","ai_generated":true)")) == "/ai_generated");
}

TEST_CASE("JSON events: a term's plan is written flat") {
  test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-02-01 key k -> ok");
  CHECK(to_json(table.events().at(1)) ==
        R"({"type":"TermStarted","seq":2,"account":"acme","version":2,"at":"2026-01-01T00:00:00Z",)"
        R"("recorded_at":"2030-01-01T00:00:00Z","key":"k","product":"ai_studio","term":1,)"
        R"("starts_at":"2026-01-01T00:00:00Z",)"
        R"("ends_at":"2026-02-01T00:00:00Z","plan":"plus","cadence":"monthly","allotment":"100","increment":"10",)"
        R"("on_exhaustion":"stop","stop_at_percent":100,"rate_card":"card"})");
}

TEST_CASE("JSON events: every field that must be there is missed, others are refused") {
  for (const char* field : {R"("type":"CreditsHeld",)", R"("seq":7,)", R"("account":"a",)", R"("version":3,)",
                            R"("at":"2026-01-01T00:00:00Z",)", R"("recorded_at":"2026-01-01T00:00:01Z",)",
                            R"("key":"k",)", R"("authorization":"h",)", R"("plan":"plus",)", R"("credits":"1.5",)"}) {
    const std::string name = std::string(field).substr(1, std::string(field).find('"', 1) - 1);
    INFO(name);
    CHECK(event_fault(held_with(field, "")) == "/" + name);
  }
  CHECK(event_fault(held_with("\"seq\":7", "\"seq\":7,\"late\":true")) == "/late");
  CHECK(event_fault(held_with("\"seq\":7", "\"seq\":7,\"seq\":8")) == "/seq");
  CHECK(event_fault(held_with("CreditsHeld", "CreditsLost")) == "/type");
  CHECK(event_fault(held_with("\"seq\":7", "\"seq\":0")) == "/seq");
  CHECK(event_fault(held_with("\"version\":3", "\"version\":-3")) == "/version");
  CHECK(event_fault(held_with("\"1.5\"", "1.5")) == "/credits");
  CHECK(event_fault(held_with("\"1.5\"", "\"1.0000005\"")) == "/credits");
  CHECK(event_fault(held_with("\"plus\"", "\"\"")) == "/plan");
  CHECK(event_fault(held_with("2026-02-01T00:00:00Z", "2026-02-01")) == "/expires_at");
  CHECK(event_fault("") == "/");
  CHECK(event_fault("[]") == "/");
  CHECK(event_fault(std::string(held) + "{}") == "/");
}

TEST_CASE("JSON events: flags stand in their order, each once; bytes are lower-case hex") {
  const auto charge = [](const std::string& flags) {
    return event_fault(
        R"({"type":"CreditsConsumed","seq":1,"account":"a","version":1,"at":"2026-01-01T00:00:00Z",)"
        R"("recorded_at":"2026-01-01T00:00:00Z","key":"k","usage":"u","plan":"p","workflow":"w","model":"m",)"
        R"("query":1,"input":2,"output":3,"rate_card":"c","credits":"1","late":false,"flags":)" +
        flags + "}");
  };
  CHECK(charge(R"([])").empty());
  CHECK(charge(R"(["revoked","partner_terms"])").empty());
  CHECK(charge(R"(["partner_terms","revoked"])") == "/flags");
  CHECK(charge(R"(["revoked","revoked"])") == "/flags");
  CHECK(charge(R"(["tired"])") == "/flags");
  CHECK(charge(R"("revoked")") == "/flags");
  CHECK(charge(R"([1])") == "/flags");
  const auto migrated = [](const std::string& hash) {
    return event_fault(R"({"type":"RegionMigrated","seq":1,"account":"a","version":1,"at":"2026-01-01T00:00:00Z",)"
                       R"("recorded_at":"2026-01-01T00:00:00Z","key":"k","from":"us","to":"eu","events":5,"hash":")" +
                       hash + "\"}");
  };
  CHECK(migrated("00ff").empty());
  CHECK(migrated("00FF") == "/hash");
  CHECK(migrated("0") == "/hash");
  CHECK(migrated("0g") == "/hash");
}

TEST_CASE("JSON answers: accepted, replayed and refused, as the contract writes them") {
  test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-02-01 -> ok");
  const auto answer = [&](const std::string& text) { return to_json(table.send(text)); };
  const std::string close = R"({"command":"ClosePeriods","account":"acme","key":"c","at":"2026-01-02T00:00:00Z"})";
  CHECK(answer(close) == R"({"key":"c","accepted":[]})");
  CHECK(answer(close) == R"({"key":"c","accepted":[],"replayed":true})");
  const std::string consent =
      R"({"command":"SetConsent","account":"acme","key":"s","at":"2026-01-02T00:00:00Z","feature":"f","granted":true})";
  const std::string event =
      R"({"type":"ConsentChanged","seq":4,"account":"acme","version":4,"at":"2026-01-02T00:00:00Z",)"
      R"("recorded_at":"2030-01-01T00:00:00Z","key":"s","feature":"f","granted":true})";
  CHECK(answer(consent) == R"({"key":"s","accepted":[)" + event + "]}");
  CHECK(answer(consent) == R"({"key":"s","accepted":[)" + event + R"(],"replayed":true})");
  const std::string buy =
      R"({"command":"PurchaseCredits","account":"acme","key":"b","at":"2026-01-02T00:00:00Z","plan":"plus",)"
      R"("credits":"15","periods":{"first":1,"last":1}})";
  const std::string refused = answer(buy);
  CHECK(refused.find(R"({"key":"b","refused":{"code":"bad_increment","clause":"AIS-5b","message":")") == 0);
  CHECK(refused.find(R"("details":{"credits":"15","increment":"10"}}})") != std::string::npos);
  CHECK(answer("{").find(R"({"key":null,"refused":{"code":"malformed","clause":null,"message":"byte 2 )") == 0);
}

TEST_CASE("JSON text: strings are quoted so that any JSON reader gives them back") {
  CHECK(json_quote("") == "\"\"");
  CHECK(json_quote("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(json_quote(std::string("\b\f\n\r\t\0\x1f\x7f", 8)) == "\"\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\"");
  CHECK(json_quote("ü") == "\"ü\"");
}

TEST_CASE("JSON text: duplicate keys are found by what they say, at any depth and in long objects") {
  CHECK_FALSE(find_duplicate_key(R"({"a":{"a":1},"b":[{"a":1},{"a":2}],"c":"a\",\"a\":1"})").has_value());
  CHECK(find_duplicate_key(R"({"a":[0,{"b":1,"b":2}]})") == std::string("/a/1/b"));
  CHECK(find_duplicate_key(R"({"a":1,"\u0061":2})") == std::string("/a"));
  CHECK(find_duplicate_key(R"({"\"\\\/\b\f\n\r\t":1,"\u0022\u005c/\u0008\u000c\u000a\u000d\u0009":2})").has_value());
  CHECK(find_duplicate_key("{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}").has_value());
  CHECK(find_duplicate_key("{\"\\u00fc\\u20ac\":1,\"\xC3\xBC\xE2\x82\xAC\":2}").has_value());
  CHECK_FALSE(find_duplicate_key(R"({"\\u0061":1,"a":2})").has_value());
  std::string many = "{\"k0\":0";
  for (int i = 1; i < 100; ++i) many += ",\"k" + std::to_string(i) + "\":0";
  CHECK_FALSE(find_duplicate_key(many + "}").has_value());
  CHECK(find_duplicate_key(many + ",\"k3\":1}") == std::string("/k3"));
  CHECK(find_duplicate_key(many + ",\"k77\":1}") == std::string("/k77"));
}
