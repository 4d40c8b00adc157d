// SPDX-License-Identifier: Apache-2.0
// The engine over a log: groups as one append, faults that leave nothing behind, logs it must not go on from.
#include <catch2/catch.hpp>

#include <memory>

#include "tests/ledger/stream.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;
using creditfold::test::command_json;
using creditfold::test::moment;
using creditfold::test::words_of;

namespace {

// A log whose machine fails, or whose head another writer moved, when told to.
class FailingLog final : public Log {
 public:
  enum class Failure { none, fault, conflict };
  Failure next = Failure::none;

  Expected<Appended, Conflict> append(std::span<const Batch> group) override {
    ++appends;
    if (next == Failure::fault) throw Fault(Fault::Kind::full, "no room");
    if (next == Failure::conflict) return Unexpected{Conflict{0, 9, "another writer"}};
    return log_.append(group);
  }
  void read(std::int64_t after, std::int64_t to, const std::function<bool(Event&&)>& visit) const override {
    log_.read(after, to, visit);
  }
  void read_account(const AccountId& account, std::int64_t after, std::int64_t to,
                    const std::function<bool(Event&&)>& visit) const override {
    log_.read_account(account, after, to, visit);
  }
  std::optional<StoredBatch> find(const AccountId& account, const IdempotencyKey& key) const override {
    return log_.find(account, key);
  }
  using Log::read_batches;
  void read_batches(const LogRange& range,
                    const std::function<bool(const AccountId&, StoredBatch&&)>& visit) const override {
    log_.read_batches(range, visit);
  }
  std::int64_t head() const override { return log_.head(); }
  std::shared_ptr<void> subscribe(std::function<void(std::int64_t)> listener) override {
    return log_.subscribe(std::move(listener));
  }

  int appends = 0;

 private:
  MemoryLog log_;
};

std::vector<Answer> send(Engine& engine, const std::vector<std::string>& rows) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < rows.size(); ++i)
    texts.push_back(rows[i][0] == '{' ? rows[i] : command_json(words_of(rows[i]), static_cast<int>(i)));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return engine.process(views, moment("2030-01-01"));
}

}  // namespace

TEST_CASE("Engine: a group is decided in order, each command upon the ones before, and stored as one append") {
  FailingLog log;
  Engine engine(log, test::table_catalog());
  const auto answers =
      send(engine, {"2026-01-01 use 1 key early", "2026-01-01 open us", "{",
                    "2026-01-01 start plus monthly 2026-01-01..2026-03-01", "2026-01-02 use 60",
                    "2026-01-02 authorize a 41 until 2026-01-03", "2026-01-02 authorize b 40 until 2026-01-03",
                    "2026-01-01 open eu account other", "2026-01-02 use 1"});
  REQUIRE(answers.size() == 9);
  CHECK(answers[0].refused->code == RefusalCode::unknown_account);
  CHECK(answers[2].refused->code == RefusalCode::malformed);
  CHECK(answers[3].accepted.size() == 2);
  CHECK(answers[5].refused->code == RefusalCode::insufficient_credits);
  CHECK_FALSE(answers[6].refused);
  CHECK_FALSE(answers[8].refused);
  CHECK(log.appends == 1);
  CHECK(log.head() == 7);
  CHECK(engine.book().seq() == 7);
  CHECK(engine.book().events() == 7);
  std::int64_t seq = 0;
  for (const Answer& answer : answers) {
    for (const Event& event : answer.accepted) CHECK(event.seq == ++seq);
  }
  const Engine again(log, test::table_catalog());
  CHECK(fingerprint(again.book()) == fingerprint(engine.book()));
}

TEST_CASE("Engine: a group of refusals appends nothing") {
  FailingLog log;
  Engine engine(log, test::table_catalog());
  CHECK(send(engine, {"2026-01-01 use 1", "2026-01-01 transfer 1 to x"}).size() == 2);
  CHECK(log.appends == 0);
  CHECK(send(engine, {}).empty());
}

TEST_CASE("Engine: when the log fails, nothing of the group was stored or applied, and it can be sent again") {
  FailingLog log;
  Engine engine(log, test::table_catalog());
  (void)send(engine, {"2026-01-01 open us key o", "2026-01-01 start plus monthly 2026-01-01..2026-03-01 key s"});
  const Digest before = fingerprint(engine.book());
  for (const auto failure : {FailingLog::Failure::fault, FailingLog::Failure::conflict}) {
    log.next = failure;
    CHECK_THROWS_AS(send(engine, {"2026-01-02 use 1 key a", "2026-01-02 open eu account other key b"}), Fault);
    CHECK(fingerprint(engine.book()) == before);
    CHECK(engine.book().seq() == 3);
    CHECK(log.head() == 3);
  }
  log.next = FailingLog::Failure::none;
  const auto answers = send(engine, {"2026-01-02 use 1 key a", "2026-01-02 open eu account other key b"});
  CHECK_FALSE(answers[0].replayed);
  CHECK(answers[0].accepted.front().seq == 4);
  CHECK(engine.book().seq() == 5);
}

TEST_CASE("Engine: a group decided while the one before is appended comes to what one after the other comes to") {
  const std::uint64_t seed = GENERATE(1U, 2U, 3U, 4U, 5U, 6U);
  CAPTURE(seed);
  test::Random random(seed);
  std::vector<std::string> texts = test::command_stream(seed, {.accounts = 2, .commands = 400});
  for (std::size_t i = 20; i < texts.size(); i += 7) texts[i] = texts[i - 1 - random.index(20)];  // sent again

  MemoryLog log;
  Engine one_after_the_other(log, test::table_catalog());
  MemoryLog beside_log;
  Engine engine(beside_log, test::table_catalog());
  std::unique_ptr<Engine::Group> before;
  int replayed = 0;
  for (std::size_t first = 0; first < texts.size();) {
    const std::size_t last = std::min(texts.size(), first + 1 + random.index(12));
    auto group = std::make_unique<Engine::Group>(engine, test::stream_clock, before.get());
    // The one before reaches the disk somewhere within, and is applied there or once this one was decided.
    const std::size_t stored_at = first + random.index(last - first + 1);
    const bool applied_at_once = random.below(2) == 0;
    for (std::size_t i = first; i <= last; ++i) {
      if (before && i == stored_at) {
        before->append();
        if (applied_at_once) {
          before->apply();
          group->let_go();
        }
      }
      if (i == last) break;
      const std::string_view text = texts[i];
      const Provided nothing{};
      const Answer answer = std::get<Answer>(group->decide(text, &nothing));
      const Answer expected = one_after_the_other.process({&text, 1}, test::stream_clock).front();
      INFO(i << ": " << text);
      REQUIRE(to_json(answer) == to_json(expected));
      replayed += answer.replayed ? 1 : 0;
    }
    if (before && !applied_at_once) {
      before->apply();
      group->let_go();
    }
    before = std::move(group);
    first = last;
  }
  before->store();
  CHECK(replayed > 10);
  CHECK(engine.book().seq() == one_after_the_other.book().seq());
  CHECK(engine.book().events() == one_after_the_other.book().events());
  CHECK(fingerprint(engine.book()) == fingerprint(one_after_the_other.book()));
  const Engine again(beside_log, test::table_catalog());
  CHECK(fingerprint(again.book()) == fingerprint(engine.book()));
}

TEST_CASE("Engine: a log that does not fold is not gone on from") {
  const auto open = [](const std::vector<Event>& events) {
    MemoryLog log;
    std::vector<Batch> group;
    for (const Event& event : events) {
      group.push_back(
          Batch{event.account, event.version - 1, IdempotencyKey("k" + std::to_string(event.version)), {}, {event}});
      group.back().events[0].key = group.back().key;
    }
    REQUIRE(log.append(group).has_value());
    Engine engine(log, test::table_catalog());
    return engine.book().events();
  };
  test::Table table;
  table.rows("2026-01-01  start plus monthly 2026-01-01..2026-03-01 -> ok");
  auto events = table.events();
  CHECK(open(events) == 3);
  std::get<CreditsGranted>(events[2].payload).starts_at.micros += 1;
  try {
    open(events);
    FAIL("a damaged log was opened");
  } catch (const Fault& fault) {
    CHECK(fault.kind() == Fault::Kind::damaged);
    CHECK(std::string(fault.what()).find("event 3") != std::string::npos);
  }
}
