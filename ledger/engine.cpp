// SPDX-License-Identifier: Apache-2.0
#include "ledger/engine.hpp"

#include <utility>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"
#include "ledger/markings.hpp"

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
}

Answer Engine::process_one(Group& group, std::string_view text, Instant now) const {
  const auto parsed = parse_command(text);
  if (!parsed) return Answer{.key = parsed.error().key, .refused = to_refusal(parsed.error()), .accepted = {}};
  Answer answer = decide_one(group, *parsed, now);
  if (parsed->command.marked && answer.refused) {  // GOV-3: whatever refused it, the refusal holds no content
    answer.refused = without_content(*answer.refused);
    if (has_marking(parsed->command.key.value)) answer.key = std::nullopt;
  }
  return answer;
}

Answer Engine::decide_one(Group& group, const ParsedCommand& parsed, Instant now) const {
  const Command& command = parsed.command;
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
    if (stored->command == parsed.digest) {
      answer.accepted = std::move(stored->events);
      answer.replayed = true;
    } else {
      auto impossible = check_figures(state, command, catalog_, now);
      answer.refused = impossible ? std::move(*impossible) : key_reused(command.key);
    }
    return answer;
  }

  auto decision = decide(state, command, catalog_, now);
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
              .command = parsed.digest,
              .events = {}};
  for (Event& event : events) {
    event.seq = ++group.head;
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
  for (const std::string_view text : texts) answers.push_back(process_one(group, text, now));
  if (group.batches.empty()) return answers;

  const auto appended = log_.append(group.batches);
  if (!appended) {
    throw Fault(Fault::Kind::busy, "another writer reached the log first: " + appended.error().what);
  }
  if (appended->last_seq != group.head) throw Fault(Fault::Kind::damaged, "the log gave other positions than its head told");
  for (auto& [account, state] : group.accounts) book_.adopt(std::move(state));
  book_.advance(group.head, group.events);
  return answers;
}

}  // namespace creditfold
