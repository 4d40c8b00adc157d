// SPDX-License-Identifier: Apache-2.0
// What every fold keeps (TERMS, properties 2 to 7), under random streams of commands. A failure prints the seed of the
// stream and how many of its commands it takes; `fingerprints --commands N SEED` plays the same stream.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <set>

#include "events/codec.hpp"
#include "events/store/memory.hpp"
#include "ledger/decide.hpp"
#include "ledger/engine.hpp"
#include "ledger/evolve.hpp"
#include "ledger/outlook.hpp"
#include "ledger/statement.hpp"
#include "tests/ledger/source_of.hpp"
#include "tests/ledger/stream.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;

namespace {

// A stream played through an engine: what was sent, answered and stored.
struct Played {
  MemoryLog log;
  std::optional<Engine> engine;
  std::vector<std::string> sent;
  std::vector<Answer> answers;
  std::vector<Event> events;

  Played(const std::vector<std::string>& commands, std::size_t group_size) : sent(commands) {
    engine.emplace(log, test::table_catalog());
    for (std::size_t at = 0; at < commands.size(); at += group_size) {
      const std::size_t end = std::min(at + group_size, commands.size());
      const std::vector<std::string_view> group(commands.begin() + static_cast<std::ptrdiff_t>(at),
                                                commands.begin() + static_cast<std::ptrdiff_t>(end));
      for (Answer& answer : engine->process(group, test::stream_clock)) answers.push_back(std::move(answer));
    }
    log.read(0, -1, [&](Event&& event) {
      events.push_back(std::move(event));
      return true;
    });
  }
};

Book fold(const std::vector<Event>& events, std::size_t first, std::size_t last, Book book = {}) {
  for (std::size_t i = first; i < last; ++i) RC_ASSERT(book.apply(events[i]).has_value());
  return book;
}

std::map<AccountId, Digest> prints_of(const Book& book) {
  std::map<AccountId, Digest> prints;
  for (const auto& [account, state] : book.accounts()) prints.emplace(account, fingerprint(state));
  return prints;
}

// A property over a stream: its seed, as many of its commands as it takes, and choices of its own.
template <class Property>
void holds(const std::string& name, Property&& property) {
  const bool held = rc::check(name, [&] {
    const auto seed = *rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()).as("seed of the stream");
    const auto count = *rc::gen::inRange(1, 260).as("commands of it");
    const auto choices = *rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()).as("choices");
    test::Random random(choices);
    property(test::command_stream(seed, {.accounts = 3, .commands = count}), random);
  });
  REQUIRE(held);
}

std::size_t cut_of(test::Random& random, std::size_t size) { return static_cast<std::size_t>(random.below(size + 1)); }

}  // namespace

TEST_CASE("Property 2: folding n events then m more equals folding n + m") {
  holds("prefix", [](const std::vector<std::string>& commands, test::Random& random) {
    const Played played(commands, 1);
    const std::size_t cut = cut_of(random, played.events.size());
    const Book whole = fold(played.events, 0, played.events.size());
    const Book half = fold(played.events, 0, cut);
    const Book both = fold(played.events, cut, played.events.size(), half);
    RC_ASSERT(fingerprint(both) == fingerprint(whole));
    RC_ASSERT(fingerprint(half) == fingerprint(fold(played.events, 0, cut)));
    RC_ASSERT(fingerprint(played.engine->book()) == fingerprint(whole));
    RC_ASSERT(replay_json(played.engine->book()) == replay_json(both));
    for (const auto& [account, state] : half.accounts()) {
      const auto view =
          view_as_of(played.log, account, AsOf{.at = std::nullopt, .seq = static_cast<std::int64_t>(cut)}, {});
      RC_ASSERT(view.has_value());
      RC_ASSERT(fingerprint(view->state) == fingerprint(state));
    }
  });
}

TEST_CASE("Property 3: restoring any snapshot and folding the tail equals folding everything") {
  holds("snapshot", [](const std::vector<std::string>& commands, test::Random& random) {
    const Played played(commands, 1);
    const std::size_t cut = cut_of(random, played.events.size());
    const Book half = fold(played.events, 0, cut);
    const auto bytes = encode_snapshot(half);
    auto restored = decode_snapshot(bytes);
    RC_ASSERT(restored.has_value());
    RC_ASSERT(encode_snapshot(*restored) == bytes);
    const Book whole = fold(played.events, cut, played.events.size(), *restored);
    RC_ASSERT(fingerprint(whole) == fingerprint(played.engine->book()));
    RC_ASSERT(whole.events() == played.engine->book().events());
    MemoryLog copy;
    played.log.read_batches([&](const AccountId& account, StoredBatch&& batch) {
      return copy.adopt(account, std::move(batch)).has_value();
    });
    const Engine resumed(copy, test::table_catalog(), std::move(*restored));
    RC_ASSERT(fingerprint(resumed.book()) == fingerprint(whole));
  });
}

TEST_CASE("Property 4: accounts interleaved in any order that keeps each account's own give the same states") {
  holds("independence", [](const std::vector<std::string>& commands, test::Random& random) {
    const Played played(commands, 1);
    // The same events, each account's in their order, the accounts shuffled into each other anew.
    std::map<AccountId, std::vector<Event>> queues;
    for (const Event& event : played.events) queues[event.account].push_back(event);
    std::map<AccountId, std::size_t> next;
    Book other;
    for (std::int64_t seq = 1; seq <= static_cast<std::int64_t>(played.events.size()); ++seq) {
      auto queue = std::next(queues.begin(), static_cast<std::ptrdiff_t>(random.below(queues.size())));
      while (next[queue->first] == queue->second.size())
        queue = std::next(queue) == queues.end() ? queues.begin() : std::next(queue);
      Event event = queue->second[next[queue->first]++];
      event.seq = seq;
      RC_ASSERT(other.apply(event).has_value());
    }
    RC_ASSERT(prints_of(other) == prints_of(played.engine->book()));
    RC_ASSERT(fingerprint(other) == fingerprint(played.engine->book()));
    // And decided apart: what one account is answered depends on no other.
    std::map<std::string, std::vector<std::string>> apart;
    for (const std::string& command : commands) {
      const auto parsed = parse_command(command);
      if (parsed) apart[parsed->command.account.value].push_back(command);
    }
    for (const auto& [account, own] : apart) {
      const Played alone(own, 1);
      const AccountState* state = played.engine->book().find(AccountId(account));
      if (state == nullptr) continue;
      RC_ASSERT(fingerprint(*alone.engine->book().find(AccountId(account))) == fingerprint(*state));
    }
  });
}

TEST_CASE("Property 5: an accepted command sent again changes nothing and gets the same answer") {
  holds("once", [](const std::vector<std::string>& commands, test::Random& random) {
    Played played(commands, 1);
    const Digest before = fingerprint(played.engine->book());
    const std::int64_t head = played.log.head();
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (played.answers[i].refused || random.chance(30)) continue;
      const auto parsed = parse_command(commands[i]);
      RC_ASSERT(parsed.has_value());
      const std::string_view text(commands[i]);
      const Answer again = played.engine->process({&text, 1}, Instant{test::stream_clock.micros + 5}).front();
      RC_ASSERT(again.replayed);
      RC_ASSERT(again.accepted == played.answers[i].accepted);
      RC_ASSERT(again.key == played.answers[i].key);
    }
    RC_ASSERT(fingerprint(played.engine->book()) == before);
    RC_ASSERT(played.log.head() == head);
  });
}

TEST_CASE("Property 6: conservation holds after every event, and a close records what the fold finds") {
  holds("conservation", [](const std::vector<std::string>& commands, test::Random&) {
    const Played played(commands, 1);
    Book book;
    for (const Event& event : played.events) {
      if (const auto* close = std::get_if<PeriodClosed>(&event.payload)) {
        RC_ASSERT(broken_close(*book.find(event.account), *close) == "");
      }
      RC_ASSERT(book.apply(event).has_value());
      RC_ASSERT(broken_invariant(*book.find(event.account)) == "");
    }
    for (const auto& [account, state] : book.accounts()) {
      for (const auto& [plan, pool] : state.pools) {
        for (const Term& term : pool.terms) {
          for (const Period& period : term.periods) {
            RC_ASSERT(period.granted == period.consumed + period.held + period.expired + period.remaining());
          }
        }
      }
    }
  });
}

TEST_CASE("Property 7: the same state, command, catalog and clock give the same events or the same refusal") {
  holds("purity", [](const std::vector<std::string>& commands, test::Random&) {
    MemoryLog log;
    Engine engine(log, test::table_catalog());
    for (const std::string& command : commands) {
      const auto parsed = parse_command(command);
      if (parsed) {
        const AccountState* state = engine.book().find(parsed->command.account);
        const std::optional<Digest> before = state ? std::optional(fingerprint(*state)) : std::nullopt;
        const auto once = decide(state, parsed->command, test::table_catalog(), test::stream_clock);
        const auto twice = decide(state, parsed->command, test::table_catalog(), test::stream_clock);
        RC_ASSERT(once.has_value() == twice.has_value());
        if (once) {
          RC_ASSERT(*once == *twice);
        } else {
          RC_ASSERT(once.error().code == twice.error().code);
          RC_ASSERT(once.error().details == twice.error().details);
        }
        if (state) RC_ASSERT(fingerprint(*state) == *before);
      }
      const std::string_view text(command);
      (void)engine.process({&text, 1}, test::stream_clock);
    }
  });
}

TEST_CASE("Property: commands in groups are answered as if they came one by one") {
  holds("groups", [](const std::vector<std::string>& commands, test::Random& random) {
    const Played single(commands, 1);
    const Played grouped(commands, 1 + static_cast<std::size_t>(random.below(60)));
    RC_ASSERT(single.answers.size() == grouped.answers.size());
    for (std::size_t i = 0; i < commands.size(); ++i)
      RC_ASSERT(to_json(single.answers[i]) == to_json(grouped.answers[i]));
    RC_ASSERT(single.events == grouped.events);
    RC_ASSERT(fingerprint(single.engine->book()) == fingerprint(grouped.engine->book()));
  });
}

TEST_CASE("Property: what was decided folds, and goes through its bytes and its JSON unchanged") {
  holds("round trips", [](const std::vector<std::string>& commands, test::Random&) {
    Played played(commands, 7);
    std::set<std::pair<AccountId, std::int64_t>> versions;
    for (const Event& event : played.events) {
      std::vector<std::uint8_t> bytes;
      encode_event(event, bytes);
      auto decoded = decode_event(bytes);
      RC_ASSERT(decoded.has_value());
      decoded->seq = event.seq;  // is not in the bytes
      RC_ASSERT(*decoded == event);
      const auto parsed = parse_event(to_json(event));
      RC_ASSERT(parsed.has_value());
      RC_ASSERT(*parsed == event);
      RC_ASSERT(versions.emplace(event.account, event.version).second);
    }
    const Engine again(played.log, test::table_catalog());
    RC_ASSERT(fingerprint(again.book()) == fingerprint(played.engine->book()));
  });
}

TEST_CASE("Property: a refusal changes nothing, and says which rule") {
  holds("refusals", [](const std::vector<std::string>& commands, test::Random&) {
    const Played played(commands, 1);
    std::int64_t events = 0;
    for (const Answer& answer : played.answers) {
      if (answer.refused) {
        RC_ASSERT(answer.accepted.empty());
        RC_ASSERT(!answer.refused->message.empty());
      } else if (!answer.replayed) {
        events += static_cast<std::int64_t>(answer.accepted.size());
      }
    }
    RC_ASSERT(events == played.log.head());
  });
}

TEST_CASE("Property: as of any moment there is an answer that adds up, and as of the last it is the whole state") {
  holds("views", [](const std::vector<std::string>& commands, test::Random& random) {
    const Played played(commands, 1);
    for (const auto& [account, state] : played.engine->book().accounts()) {
      const auto last = view_as_of(played.log, account, AsOf{.at = state.latest_at, .seq = std::nullopt}, {});
      RC_ASSERT(last.has_value());
      RC_ASSERT(fingerprint(last->state) == fingerprint(state));
      for (int i = 0; i < 4; ++i) {
        const Event& event = played.events[random.below(played.events.size())];
        const AsOf as_of{.at = event.at, .seq = random.chance(50) ? std::optional(event.seq) : std::nullopt};
        const auto view = view_as_of(played.log, account, as_of, {});
        if (!view) continue;
        RC_ASSERT(broken_invariant(view->state) == "");
        RC_ASSERT(!balance_json(view->state, view->moment).empty());
        RC_ASSERT(!outlook_json(outlook(view->state, test::source_of(played.events), test::table_catalog(), event.at),
                                test::table_catalog(), event.at)
                       .empty());
      }
    }
  });
}

TEST_CASE("Property: any event upon any state folds or is a fault, and never more than that") {
  holds("strange events", [](const std::vector<std::string>& commands, test::Random& random) {
    const Played played(commands, 1);
    if (played.events.empty()) return;
    for (int i = 0; i < 20; ++i) {
      const std::size_t cut = cut_of(random, played.events.size() - 1);
      Book book = fold(played.events, 0, cut);
      // An event of elsewhere in this log, or of anywhere at all, put in place of the next one.
      Event strange =
          random.chance(70) ? played.events[random.below(played.events.size())] : test::random_event(random);
      const Event& due = played.events[cut];
      strange.seq = due.seq;
      strange.version = due.version;
      strange.account = due.account;
      if (random.chance(50)) strange.at = due.at;
      if (book.apply(strange).has_value()) {
        RC_ASSERT(!replay_json(book).empty());
        RC_ASSERT(decode_snapshot(encode_snapshot(book)).has_value());
      }
    }
  });
}
