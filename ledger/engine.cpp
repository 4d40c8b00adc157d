// SPDX-License-Identifier: Apache-2.0
#include "ledger/engine.hpp"

#include <stdexcept>
#include <utility>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"

namespace creditfold {

// What the commands of one append have decided so far: the accounts as they will be, and the keys they used.
struct Engine::Group {
  std::map<AccountId, AccountState> accounts;
  std::map<std::pair<AccountId, IdempotencyKey>, std::size_t> keys;  // index into batches
  std::vector<Batch> batches;
  std::int64_t head = 0;  // seq of the newest event, stored or decided
  std::int64_t events = 0;
};

namespace {

bool migrates(const std::vector<Batch>& batches) {
  for (const Batch& batch : batches) {
    for (const Event& event : batch.events) {
      if (std::holds_alternative<RegionMigrated>(event.payload)) return true;
    }
  }
  return false;
}

Refusal key_reused(const IdempotencyKey& key) {
  return {RefusalCode::key_reused, "H19", "The key belongs to another command that was accepted before.", {{"key", key.value}}};
}

}  // namespace

Engine::Engine(Log& log, const Catalog& catalog) : Engine(log, catalog, Book{}) {}

Engine::Engine(Log& log, const Catalog& catalog, Book snapshot)
    : log_(log), catalog_(catalog), book_(std::move(snapshot)) {
  fold_tail();
}

void Engine::fold_tail() {
  if (book_.seq() > log_.head()) throw Fault(Fault::Kind::damaged, "the snapshot is ahead of the log");
  log_.read(book_.seq(), -1, [&](Event&& event) {
    const auto applied = book_.apply(event);
    if (!applied) throw Fault(Fault::Kind::damaged, to_text(applied.error()));
    return true;
  });
  book_.advance(log_.head(), 0);  // positions of what has left may lie behind the newest event
}

Answer Engine::process_one(Group& group, std::string_view text, Instant now, const Provided& provided) const {
  const auto parsed = parse_command(text);
  if (!parsed) return Answer{.key = parsed.error().key, .refused = to_refusal(parsed.error()), .accepted = {}};
  const Command& command = parsed->command;
  Answer answer{.key = command.key, .refused = std::nullopt, .accepted = {}};

  const auto decided = group.accounts.find(command.account);
  const AccountState* state = decided != group.accounts.end() ? &decided->second : book_.find(command.account);

  // H19: a key that was accepted, in this group or ever.
  const auto in_group = group.keys.find({command.account, command.key});
  std::optional<StoredBatch> stored;
  if (in_group != group.keys.end()) {
    const Batch& batch = group.batches[in_group->second];
    stored = StoredBatch{batch.key, batch.command, batch.events};
  } else if (state != nullptr) {
    stored = log_.find(command.account, command.key);
  }
  if (stored) {
    if (stored->command == parsed->digest) {
      answer.accepted = std::move(stored->events);
      answer.replayed = true;
    } else {
      auto impossible = check_figures(state, command, catalog_, now);
      answer.refused = impossible ? std::move(*impossible) : key_reused(command.key);
    }
    return answer;
  }

  const bool opening = state == nullptr && std::holds_alternative<OpenAccount>(command.body);
  if (opening && opens_here_ && !opens_here_(command.account)) {
    answer.refused = Refusal{RefusalCode::unknown_account, "", "This id is not opened in this region.",
                             {{"account", command.account.value}}};
    return answer;
  }
  auto decision = decide(state, command, catalog_, now, provided);
  if (!decision) {
    answer.refused = decision.error();
    return answer;
  }
  std::vector<Event> events = std::move(decision).value();
  AccountState& next = decided != group.accounts.end()
                           ? decided->second
                           : group.accounts.emplace(command.account, state ? *state : AccountState{}).first->second;
  Batch batch{.account = command.account,
              .expected_version = next.version,
              .key = command.key,
              .command = parsed->digest,
              .events = {}};
  for (Event& event : events) {
    event.seq = ++group.head;
    event.partition = partition_of(log_.region());
    evolve(next, event);  // decide has folded these already, or checked their sums
  }
  group.events += static_cast<std::int64_t>(events.size());
  answer.accepted = events;
  batch.events = std::move(events);
  group.keys.emplace(std::pair{command.account, command.key}, group.batches.size());
  group.batches.push_back(std::move(batch));
  return answer;
}

std::vector<Answer> Engine::process(std::span<const std::string_view> texts, Instant now) {
  Group group;
  group.head = book_.seq();
  std::vector<Answer> answers;
  answers.reserve(texts.size());
  for (const std::string_view text : texts) answers.push_back(process_one(group, text, now, {}));
  if (group.batches.empty()) return answers;
  if (!log_.region().value.empty() && migrates(group.batches)) {
    throw std::logic_error("a migration is no command among others: its stream has to move with it");
  }

  const auto appended = log_.append(group.batches);
  if (!appended) {
    throw Fault(Fault::Kind::busy, "another writer reached the log first: " + appended.error().what);
  }
  apply(group, *appended);
  return answers;
}

void Engine::apply(Group& group, const Appended& appended) {
  if (appended.last_seq != group.head) throw Fault(Fault::Kind::damaged, "the log gave other positions than its head told");
  for (auto& [account, state] : group.accounts) book_.adopt(std::move(state));
  book_.advance(group.head, group.events);
}

Answer Engine::weigh(std::string_view text, Instant now, const Provided& provided) const {
  Group group;
  group.head = book_.seq();
  return process_one(group, text, now, provided);
}

Answer Engine::admit(Partition& log, const RegionId& from, const AccountState& arriving, std::string_view text,
                     Instant now, const Provided& provided) {
  Group group;
  group.head = book_.seq() + arriving.version;  // the stream's positions come first
  group.accounts.emplace(arriving.account, arriving);
  Answer answer = process_one(group, text, now, provided);
  if (answer.refused || group.batches.empty()) return answer;
  const auto admitted = log.admit({arriving.account, from, *provided.copied, now}, group.batches.front());
  if (!admitted) throw Fault(Fault::Kind::busy, "the stream was not admitted: " + admitted.error().what);
  group.events += arriving.version;
  apply(group, *admitted);
  return answer;
}

}  // namespace creditfold
