// SPDX-License-Identifier: Apache-2.0
// The customer's own key, clause by clause (EKM-1, EKM-5): what is refused and in which order, what is sealed on its
// way into the log, and what still reads after a revocation. The key service is a toy; the real ones have tests of
// their own.
#include <algorithm>
#include <catch2/catch.hpp>

#include "ledger/json.hpp"
#include "ledger/key_arn.hpp"
#include "tests/ledger/explain_story.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using creditfold::test::moment;
using creditfold::test::Table;

namespace {

#define ARN_1 "arn:aws:kms:us-east-1:111122223333:key/one"
#define ARN_2 "arn:aws:kms:us-east-1:111122223333:alias/two"
#define ARN_VENDOR "arn:aws:kms:us-east-1:999999999999:key/ours"

constexpr std::string_view with_ekm = R"(
  2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
  2026-01-01  start plus monthly 2026-01-01..2027-01-01          -> ok
  2026-01-01  add ekm                                            -> ok
)";

// The newest event of a kind as it lies in the log, in words of a table's field.
template <class Fact>
std::string stored(const Table& table, std::string_view field) {
  std::string found = "(none)";
  for (const Event& event : table.events()) {
    if (std::holds_alternative<Fact>(event.payload)) found = test::field_text(event, field);
  }
  return found;
}

}  // namespace

TEST_CASE("EKM-1: a key is enrolled with the add-on only, and from the customer's own AWS account only") {
  Table().rows(R"(
    2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok
    2026-01-02  rotate arn:aws:kms:us-east-1:111122223333:key/one  -> refused product_required EKM-1
    2026-01-02  revoke                                             -> refused product_required EKM-1
    2026-01-03  add ekm                                            -> ok
    = key absent
    2026-01-02  rotate arn:aws:kms:us-east-1:111122223333:key/one  -> refused product_required EKM-1
    2026-01-03  rotate arn:aws:kms:us-east-1:999999999999:key/ours -> refused key_not_customers EKM-1
    2026-01-03  rotate arn:aws:kms:us-east-1:111122223333:key/one
                  -> KeyRotated arn:aws:kms:us-east-1:111122223333:key/one previous=- wrapped_key=33B
    = key arn:aws:kms:us-east-1:111122223333:key/one active
    2027-01-01  rotate arn:aws:kms:us-east-1:111122223333:key/one  -> refused product_required EKM-1
  )");
}

TEST_CASE("EKM-1: an ARN that is none of a KMS key is malformed, before anything else is looked at") {
  for (const char* bad :
       {"arn:aws:s3:us-east-1:111122223333:key/one", "arn:aws:kms:us-east-1:11112222333:key/one",
        "arn:aws:kms::111122223333:key/one", "arn:aws:kms:us-east-1:111122223333:key/", "alias/one",
        "arn:aws:kms:us-east-1:111122223333:grant/one", "arn:azure:kms:us-east-1:111122223333:key/one",
        "arn:aws:kms:us-east-1:111122223333:key/o:ne", "arn:aws:kms:US-EAST-1:111122223333:key/one",
        "arn:aws:kms:evil.example/:111122223333:key/one", "arn:aws-:kms:us-east-1:111122223333:key/one"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_key_arn(bad));
    Table table;
    table.rows(std::string("2026-01-02  rotate ") + bad + " account nobody -> refused malformed");
    CHECK(table.custody().errands == 0);
  }
  const auto parts = parse_key_arn("arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/team/a_b-1");
  REQUIRE(parts);
  CHECK(parts->partition == "aws-us-gov");
  CHECK(parts->region == "us-gov-west-1");
  CHECK(parts->account == "111122223333");
  CHECK(parts->resource == "alias/team/a_b-1");
}

TEST_CASE(
    "EKM-1: a key whose round trip failed, or that nothing proved, is unusable; the refusal has the service's code") {
  Table table;
  table.rows(with_ekm);
  table.custody().failure =
      KeyFailure{.vendors_key = false, .code = "AccessDeniedException", .what = "The key service refused."};
  const std::string rotate = test::command_json(test::words_of("2026-01-02 rotate " ARN_1 " key r"), 1);
  const Answer refused = table.send(rotate);
  REQUIRE(refused.refused);
  CHECK(refused.refused->code == RefusalCode::key_unusable);
  CHECK(refused.refused->clause == "EKM-1");
  CHECK(refused.refused->details ==
        std::vector<std::pair<std::string, std::string>>{{"key_arn", ARN_1}, {"key_service", "AccessDeniedException"}});
  table.custody().failure = KeyFailure{.vendors_key = true, .code = "", .what = ""};
  CHECK(table.send(rotate).refused->code == RefusalCode::key_not_customers);

  MemoryLog log;  // an engine that has no outside
  Engine engine(log, test::table_catalog());
  std::vector<std::string> texts;
  for (const char* row : {"2026-01-01 open us", "2026-01-01 start enterprise 1 seats 2026-01-01..2027-01-01",
                          "2026-01-01 add ekm", "2026-01-02 rotate " ARN_1}) {
    texts.push_back(test::command_json(test::words_of(row), static_cast<int>(texts.size())));
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto answers = engine.process(views, moment("2030-01-01"));
  REQUIRE(answers.back().refused);
  CHECK(answers.back().refused->code == RefusalCode::key_unusable);
}

TEST_CASE("EKM-5: the refusals of key commands in their order, and no errand where one of them stands fast") {
  Table table;
  table.rows("2026-01-01  start enterprise 10 seats 2026-01-01..2027-01-01   -> ok");
  // Each row breaks everything the rows below it break, and one thing more.
  table.rows(R"table(
    2031-01-01  rotate arn:aws:kms:us-east-1:999999999999:key/ours account x reason "SECRET//NF"  -> refused unknown_account
    2031-01-01  rotate arn:aws:kms:us-east-1:999999999999:key/ours reason "SECRET//NF"            -> refused in_future H1
    2026-01-02  rotate arn:aws:kms:us-east-1:999999999999:key/ours reason "SECRET//NF"            -> refused classified GOV-3
    2026-01-02  rotate arn:aws:kms:us-east-1:999999999999:key/ours                                -> refused product_required EKM-1
    2026-01-02  add ekm                                                                           -> ok
    2026-01-02  revoke reason "(S//NF)"                                                           -> refused classified GOV-3
    2026-01-02  revoke                                                                            -> refused key_unusable EKM-1
    2026-01-02  rotate arn:aws:kms:us-east-1:999999999999:key/ours                                -> refused key_not_customers EKM-1
  )table");
  CHECK(table.custody().errands == 0);
  table.rows("2026-01-02  rotate " ARN_1 " -> ok\n2026-01-02  revoke -> KeyRevoked " ARN_1);
  CHECK(table.custody().errands == 1);
  table.custody().failure = KeyFailure{.vendors_key = false, .code = "x", .what = "y"};
  table.rows(R"(
    2026-01-02  rotate arn:aws:kms:us-east-1:999999999999:key/ours  -> refused key_not_customers EKM-1
    2026-01-02  rotate arn:aws:kms:us-east-1:111122223333:key/one   -> refused key_revoked EKM-5
    2026-01-02  revoke                                              -> refused key_revoked EKM-5
  )");
  CHECK(table.custody().errands == 1);
}

TEST_CASE("EKM-5: a rotation names the key before, and a decision on another state than it was made for is refused") {
  Table table;
  table.rows(with_ekm).rows("2026-01-02  rotate " ARN_1 " -> KeyRotated " ARN_1 " previous=-");
  table.custody().based_on_instead = Bytes{{1, 2, 3}};
  table.rows("2026-01-03  rotate " ARN_2 " -> refused key_unusable EKM-1");
  table.custody().based_on_instead.reset();
  table.rows("2026-01-03  rotate " ARN_2 " -> KeyRotated " ARN_2 " previous=" ARN_1 "\n2026-01-04  rotate " ARN_2
             " -> KeyRotated " ARN_2 " previous=" ARN_2 "\n= key " ARN_2
             " active"
             "\n2026-01-05  revoke reason \"the audit is over\" -> KeyRevoked " ARN_2
             " reason=\"the audit is over\""
             "\n= key " ARN_2 " revoked");
}

TEST_CASE("EKM-5: free text is sealed between decision and log, and opened in every answer while the key is active") {
  Table table;
  table.rows(with_ekm).rows("2026-01-02  use 1 memo \"before\" -> CreditsConsumed plus 1 memo=before");
  CHECK(stored<CreditsConsumed>(table, "memo") == "before");
  table.rows("2026-01-02  rotate " ARN_1 " reason \"enrolled\" -> KeyRotated " ARN_1 " reason=enrolled");
  CHECK(stored<KeyRotated>(table, "reason") == "(sealed)");
  const std::string use = test::command_json(test::words_of("2026-01-02 use 1 key u memo \"a remark\""), 90);
  CHECK(test::field_text(table.send(use).accepted.back(), "memo") == "a remark");
  CHECK(stored<CreditsConsumed>(table, "memo") == "(sealed)");
  table.rows(R"(
    2026-01-02  grant plus 5 promotion in 1 reason "sorry"  -> CreditsGranted plus/1/1/2 promotion 5 reason=sorry
    2026-01-02  access no reason "late"                     -> AccessChanged false reason=late
    2026-01-02  use 1                                       -> CreditsConsumed plus 1 revoked memo=-
  )");
  CHECK(stored<CreditsGranted>(table, "reason") == "(sealed)");
  CHECK(stored<AccessChanged>(table, "reason") == "(sealed)");
  CHECK(stored<CreditsConsumed>(table, "memo") == "-");
  CHECK(stored<SeatsChanged>(table, "name") == "Key Management");  // EKM-2: not what a customer wrote

  Answer again = table.send(use);
  CHECK(again.replayed);
  CHECK(test::field_text(again.accepted.back(), "memo") == "a remark");
  table.rows("2026-01-03  rotate " ARN_2 " -> ok");
  CHECK(test::field_text(table.send(use).accepted.back(), "memo") == "a remark");
}

TEST_CASE(
    "EKM-5: without the data key at hand an answer is waited for once, and reads as sealed when it does not come") {
  Table table;
  table.rows(with_ekm).rows("2026-01-02  rotate " ARN_1 " -> ok");
  const std::string use = test::command_json(test::words_of("2026-01-02 use 1 key u memo \"a remark\""), 90);
  CHECK_FALSE(table.send(use).refused);
  table.custody().there = false;
  const int before = table.custody().errands;
  CHECK(test::field_text(table.send(use).accepted.back(), "memo") == "(sealed)");
  CHECK(table.custody().errands == before + 1);
  CHECK_FALSE(
      table.send(test::command_json(test::words_of("2026-01-02 use 1 memo \"new\""), 91)).refused);  // no errand
  CHECK(table.custody().errands == before + 1);
  table.custody().there = true;
  CHECK(test::field_text(table.send(use).accepted.back(), "memo") == "a remark");
}

TEST_CASE("EKM-5: after a revocation amounts fold, sealed text reads as sealed, and new text is sealed for nobody") {
  Table table;
  table.rows(with_ekm).rows("2026-01-02  use 1 memo \"before the key\" -> ok\n2026-01-02  rotate " ARN_1 " -> ok");
  const std::string use = test::command_json(test::words_of("2026-01-02 use 2 key u memo \"a remark\""), 90);
  (void)table.send(use);
  table.rows(R"(
    2026-01-03  revoke reason "leaving"   -> KeyRevoked arn:aws:kms:us-east-1:111122223333:key/one reason=leaving
    2026-01-03  use 4 memo "afterwards"   -> CreditsConsumed plus 4 memo=afterwards
    = plus/1/1  open  granted 100  consumed 7  remaining 93
  )");
  CHECK(stored<KeyRevoked>(table, "reason") == "(sealed)");
  CHECK(stored<CreditsConsumed>(table, "memo") == "(sealed)");
  const int errands = table.custody().errands;
  const Answer again = table.send(use);
  CHECK(again.replayed);
  CHECK(test::field_text(again.accepted.back(), "memo") == "(sealed)");
  CHECK(table.custody().errands == errands);  // there is nothing to fetch
  CHECK(table.custody().heard == std::vector<std::string>{"acme " ARN_1, "acme " ARN_1 " revoked"});
  const std::string json = to_json(again);
  CHECK(json.find("{\"sealed\":\"ff01") != std::string::npos);
  CHECK(parse_event(to_json(again.accepted.back())).value() == again.accepted.back());
}

TEST_CASE("EKM-5: an explanation tells a sealed reason as sealed") {
  Table table;
  table.rows(with_ekm).rows("2026-01-02  rotate " ARN_1 " -> ok");
  table.rows(R"(
    2026-01-02  use 30 id u-17                                                      -> ok
    2026-01-03  grant plus 30 correction in 1 reason "charged twice" corrects u-17  -> ok
    2026-01-04  revoke                                                              -> ok
  )");
  test::check_why(table, "lot", "plus/1/1/2", "Grant | Reason | (sealed) | EKM-5");
  test::check_why(table, "usage", "u-17",
                  "Corrections | plus/1/1/2 | (sealed) = 30 credits | AIS-4b -> lot plus/1/1/2");
  const std::string json = explanation_json(*test::explained(table, "usage", "u-17"));
  CHECK(std::none_of(json.begin(), json.end(), [](char c) { return c == FreeText::sealed_mark; }));
}

TEST_CASE("EKM-5: text that cannot be sealed is refused, not stored as it is; what has none goes on") {
  Table table;
  table.rows(with_ekm).rows("2026-01-02  rotate " ARN_1 " -> ok");
  table.custody().can_seal = false;
  const std::int64_t head = table.log().head();
  table.rows("2026-01-02  use 1 memo \"x\" -> refused key_unusable EKM-1");
  CHECK(table.log().head() == head);
  table.rows("2026-01-02  use 1 -> CreditsConsumed plus 1");
}

TEST_CASE("EKM-5: an errand is run between the commands before it and those after, and answers keep their order") {
  test::ToyCustody custody;
  MemoryLog log;
  Engine engine(log, test::table_catalog(), &custody);
  std::vector<std::string> texts;
  for (const char* row :
       {"2026-01-01 open us", "2026-01-01 start enterprise 1 seats 2026-01-01..2027-01-01",
        "2026-01-01 start plus monthly 2026-01-01..2027-01-01", "2026-01-02 rotate " ARN_1 " key early",
        "2026-01-01 add ekm", "2026-01-02 rotate " ARN_1 " key a", "2026-01-02 use 1 memo m",
        "2026-01-02 rotate " ARN_2 " key b", "2026-01-02 rotate " ARN_1 " key a", "2026-01-02 revoke"}) {
    texts.push_back(test::command_json(test::words_of(row), static_cast<int>(texts.size())));
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto answers = engine.process(views, moment("2030-01-01"), custody);
  REQUIRE(answers.size() == texts.size());
  CHECK(answers[3].refused->code == RefusalCode::product_required);
  CHECK(test::in_words(answers[5].accepted.back()) == "KeyRotated " ARN_1);
  CHECK(test::field_text(answers[6].accepted.back(), "memo") == "m");
  CHECK(test::field_text(answers[7].accepted.back(), "previous") == ARN_1);
  CHECK(answers[8].replayed);
  CHECK_FALSE(answers[9].refused);
  CHECK(custody.errands == 2);  // neither for what is refused nor for what is stored
  const Engine again(log, test::table_catalog());
  CHECK(fingerprint(again.book()) == fingerprint(engine.book()));
}

TEST_CASE("EKM-5: a group that waits for an errand stores nothing of the command, and may be asked again in another") {
  test::ToyCustody custody;
  MemoryLog log;
  Engine engine(log, test::table_catalog(), &custody);
  const auto command = [](const char* row, int number) { return test::command_json(test::words_of(row), number); };
  {
    Engine::Group group(engine, moment("2030-01-01"));
    for (const char* row :
         {"2026-01-01 open us key o", "2026-01-01 start enterprise 1 seats 2026-01-01..2027-01-01 key e",
          "2026-01-01 add ekm key k"}) {
      CHECK(std::holds_alternative<Answer>(group.decide(command(row, 1))));
    }
    CHECK(std::holds_alternative<Errand>(group.decide(command("2026-01-02 rotate " ARN_1, 2))));
    group.store();
  }
  const std::int64_t head = log.head();
  Engine::Group group(engine, moment("2030-01-01"));
  const auto step = group.decide(command("2026-01-02 rotate " ARN_1, 2));
  const Provided provided = custody.run(std::get<Errand>(step));
  const auto done = group.decide(command("2026-01-02 rotate " ARN_1, 2), &provided);
  REQUIRE(std::holds_alternative<Answer>(done));
  CHECK(log.head() == head);
  group.store();
  CHECK(log.head() == head + 1);
}

TEST_CASE("EKM-5: asked as of a moment, the key is what the changes that had happened by then say") {
  Table table;
  table.rows(with_ekm).rows("2026-03-01  rotate " ARN_1 " -> ok\n2026-02-01  rotate " ARN_2
                            " -> ok\n2026-01-15  revoke -> ok"
                            "\n= at 2026-01-10 key absent"
                            "\n= at 2026-01-20 key " ARN_2
                            " revoked"
                            "\n= at 2026-02-10 key " ARN_2
                            " revoked"
                            "\n= at 2026-03-10 key " ARN_2 " revoked");
}

TEST_CASE("EKM-5: key events that no decision made do not fold") {
  const auto fold = [](const std::vector<Payload>& facts) {
    Book book;
    Event event;
    event.account = AccountId("acme");
    event.key = IdempotencyKey("k");
    event.payload = AccountOpened{.environment = Environment::commercial, .region = RegionId("us")};
    event.seq = event.version = 1;
    REQUIRE(book.apply(event).has_value());
    for (const Payload& fact : facts) {
      event.seq += 1;
      event.version += 1;
      event.payload = fact;
      if (!book.apply(event)) return false;
    }
    return true;
  };
  const KeyRotated enrolled{
      .key_arn = KeyArn(ARN_1), .previous = std::nullopt, .wrapped_key = {}, .reason = std::nullopt};
  const KeyRotated rotated{
      .key_arn = KeyArn(ARN_2), .previous = KeyArn(ARN_1), .wrapped_key = {}, .reason = std::nullopt};
  const KeyRevoked revoked{.key_arn = KeyArn(ARN_1), .reason = std::nullopt};
  CHECK(fold({enrolled, rotated}));
  CHECK(fold({enrolled, revoked}));
  CHECK_FALSE(fold({enrolled, enrolled}));
  CHECK_FALSE(fold({rotated}));
  CHECK_FALSE(fold({revoked}));
  CHECK_FALSE(fold({enrolled, revoked, revoked}));
  CHECK_FALSE(fold({enrolled, revoked, rotated}));
  CHECK_FALSE(fold({enrolled, rotated, revoked}));
}
