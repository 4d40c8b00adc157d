// SPDX-License-Identifier: Apache-2.0
#include "ledger/engine.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"

namespace creditfold {
namespace {

Refusal key_reused(const IdempotencyKey& key) {
  return {RefusalCode::key_reused,
          "H19",
          "The key belongs to another command that was accepted before.",
          {{"key", key.value}}};
}

Refusal opens_elsewhere(const AccountId& account) {
  return {RefusalCode::unknown_account, "", "This id is not opened in this region.", {{"account", account.value}}};
}

// EKM-1: a key that wraps no data key cannot be used. EKM-5: nothing that should be sealed is stored as it is.
Refusal cannot_be_sealed(const AccountId& account) {
  return {RefusalCode::key_unusable,
          "EKM-1",
          "The account's wrapped key is none, so its free text cannot be sealed; send none.",
          {{"account", account.value}}};
}

// The events as they are stored: each with its text sealed by the key the account has with it. A revoked key seals too:
// nobody will open what is written after it, but nobody may read it either. nullopt: something cannot be sealed.
std::optional<std::vector<Event>> sealed_copy(const std::vector<Event>& events, std::optional<CustomerKey> key,
                                              TextSealer* sealer) {
  std::vector<Event> stored = events;
  if (sealer == nullptr) return stored;
  for (Event& event : stored) {
    if (const auto* rotated = std::get_if<KeyRotated>(&event.payload)) {
      key = CustomerKey{.key_arn = rotated->key_arn, .wrapped_key = rotated->wrapped_key, .revoked = false};
    }
    if (key && !seal_text(event, *key, *sealer)) return std::nullopt;
  }
  return stored;
}

bool changes_key(const Event& event) {
  return std::holds_alternative<KeyRotated>(event.payload) || std::holds_alternative<KeyRevoked>(event.payload);
}

bool migrates(const std::vector<Batch>& batches) {
  for (const Batch& batch : batches) {
    for (const Event& event : batch.events) {
      if (std::holds_alternative<RegionMigrated>(event.payload)) return true;
    }
  }
  return false;
}

bool any_sealed(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (has_sealed_text(event)) return true;
  }
  return false;
}

}  // namespace

Engine::Engine(Log& log, const Catalog& catalog, TextSealer* sealer) : Engine(log, catalog, Book{}, sealer) {}

Engine::Engine(Log& log, const Catalog& catalog, Book snapshot, TextSealer* sealer)
    : log_(log), catalog_(catalog), sealer_(sealer), book_(std::move(snapshot)) {
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

std::vector<Answer> Engine::process(std::span<const std::string_view> texts, Instant now) {
  const Provided nothing{};
  Group group(*this, now);
  std::vector<Answer> answers;
  answers.reserve(texts.size());
  for (const std::string_view text : texts) answers.push_back(std::get<Answer>(group.decide(text, &nothing)));
  group.store();
  return answers;
}

std::vector<Answer> Engine::process(std::span<const std::string_view> texts, Instant now, Outside& outside) {
  std::vector<Answer> answers;
  answers.reserve(texts.size());
  std::optional<Provided> provided;
  while (answers.size() < texts.size()) {
    Group group(*this, now);
    std::optional<Errand> errand;
    while (answers.size() < texts.size() && !errand) {
      auto step = group.decide(texts[answers.size()], provided ? &*provided : nullptr);
      provided.reset();
      if (Answer* answer = std::get_if<Answer>(&step)) {
        answers.push_back(std::move(*answer));
      } else {
        errand = std::get<Errand>(std::move(step));
      }
    }
    group.store();
    if (errand) provided = outside.run(*errand);
  }
  return answers;
}

const AccountState* Engine::Group::state_of(const AccountId& account) {
  const auto decided = accounts_.find(account);
  if (decided != accounts_.end()) return &decided->second;
  const auto once = once_.find(account);
  if (once == once_.end()) return state_before(account);
  const std::vector<Event>& events = batches_[once->second].events;
  events_ += static_cast<std::int64_t>(events.size());
  once_.erase(once);
  return grown(account, *state_before(account), events);
}

const AccountState* Engine::Group::grown(const AccountId& account, const AccountState& from,
                                         const std::vector<Event>& events) {
  AccountState& next = accounts_.emplace(account, from).first->second;
  for (const Event& event : events) evolve(next, event);
  return &next;
}

// As the group before leaves it.
const AccountState* Engine::Group::state_before(const AccountId& account) {
  const AccountState* known = engine_.book_.find(account);
  if (before_ == nullptr) return known;
  const auto decided = before_->accounts_.find(account);
  if (decided != before_->accounts_.end()) return &decided->second;
  const auto once = before_->once_.find(account);
  if (once == before_->once_.end()) return known;
  return grown(account, *known, before_->batches_[once->second].events);
}

const Batch* Engine::Group::batch_of(const Command& command) const {
  const auto at = keys_.find(std::pair<const AccountId&, const IdempotencyKey&>(command.account, command.key));
  return at == keys_.end() ? nullptr : &batches_[at->second];
}

// H19: a key that was accepted, in this group, in the one before or ever.
std::optional<StoredBatch> Engine::Group::stored_batch(const Command& command, const AccountState* state) const {
  const Batch* batch = batch_of(command);
  if (batch == nullptr && before_ != nullptr) batch = before_->batch_of(command);
  if (batch != nullptr) return StoredBatch{batch->key, batch->command, batch->events};
  if (state == nullptr) return std::nullopt;
  return engine_.log_.find(command.account, command.key);
}

std::variant<Answer, Errand> Engine::Group::decide(const Expected<ParsedCommand, Malformed>& parsed,
                                                   const Provided* provided) {
  if (!parsed) return refusal_answer(parsed.error());
  return decide_parsed(*parsed, provided);
}

std::variant<Answer, Errand> Engine::Group::decide_parsed(const ParsedCommand& parsed, const Provided* provided) {
  const Command& command = parsed.command;
  const AccountState* state = state_of(command.account);
  if (auto stored = stored_batch(command, state)) return again(parsed, std::move(*stored), state, provided);
  if (provided == nullptr) {
    if (auto errand = errand_of(state, command, engine_.catalog_, now_)) return std::move(*errand);
  }
  const bool opening = state == nullptr && std::holds_alternative<OpenAccount>(command.body);
  if (opening && engine_.opens_here_ && !engine_.opens_here_(command.account))
    return refusal_answer(command, opens_elsewhere(command.account));
  return decide_anew(parsed, state, provided ? *provided : Provided{});
}

// The answer as it was stored, its text opened while the account's key is active (EKM-5).
std::variant<Answer, Errand> Engine::Group::again(const ParsedCommand& parsed, StoredBatch stored,
                                                  const AccountState* state, const Provided* provided) const {
  const Command& command = parsed.command;
  if (stored.command != parsed.digest) {
    auto impossible = check_figures(state, command, engine_.catalog_, now_);
    return refusal_answer(command, impossible ? *impossible : key_reused(command.key));
  }
  const bool openable = engine_.sealer_ && state && state->key && !state->key->revoked && any_sealed(stored.events);
  if (openable && provided == nullptr && !engine_.sealer_->at_hand(command.account, *state->key)) {
    return Errand(UnwrapErrand{.account = command.account, .key = *state->key});
  }
  if (openable) {
    for (Event& event : stored.events) open_text(event, *state->key, *engine_.sealer_);
  }
  return Answer{.key = command.key, .refused = std::nullopt, .accepted = std::move(stored.events), .replayed = true};
}

Answer Engine::Group::decide_anew(const ParsedCommand& parsed, const AccountState* state, const Provided& provided) {
  const Command& command = parsed.command;
  auto decision = creditfold::decide(state, command, engine_.catalog_, now_, provided);
  if (!decision) return refusal_answer(command, decision.error());
  std::vector<Event> events = std::move(decision).value();
  auto stored = sealed_copy(events, state ? state->key : std::nullopt, engine_.sealer_);
  if (!stored) return refusal_answer(command, cannot_be_sealed(command.account));
  const bool once = state != nullptr && accounts_.count(command.account) == 0;
  AccountState* next = once ? nullptr : &accounts_.try_emplace(command.account).first->second;
  Batch batch{.account = command.account,
              .expected_version = once ? state->version : next->version,
              .key = command.key,
              .command = parsed.digest,
              .events = {}};
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].seq = (*stored)[i].seq = ++head_;
    events[i].partition = (*stored)[i].partition = partition_of(engine_.log_.region());
    if (next != nullptr) evolve(*next, events[i]);  // decide has folded these already, or checked their sums
    if (changes_key(events[i])) keys_changed_.insert(command.account);
  }
  batch.events = std::move(*stored);
  if (once) {
    once_.emplace(command.account, batches_.size());
  } else {
    events_ += static_cast<std::int64_t>(events.size());
  }
  keys_.emplace(std::pair{command.account, command.key}, batches_.size());
  batches_.push_back(std::move(batch));
  return {.key = command.key, .refused = std::nullopt, .accepted = std::move(events), .replayed = false};
}

void Engine::Group::append() {
  if (batches_.empty()) return;
  if (!engine_.log_.region().value.empty() && migrates(batches_)) {
    throw std::logic_error("a migration is no command among others: its stream has to move with it");
  }
  const auto appended = engine_.log_.append(batches_);
  if (!appended) {
    throw Fault(Fault::Kind::busy, "another writer reached the log first: " + appended.error().what);
  }
  appended_ = *appended;
}

void Engine::Group::apply() {
  if (!appended_) return;
  if (engine_.before_change_) engine_.before_change_();
  if (appended_->last_seq != head_)
    throw Fault(Fault::Kind::damaged, "the log gave other positions than its head told");
  for (auto& [account, state] : accounts_) engine_.book_.adopt(std::move(state));
  std::vector<std::size_t> once;
  for (const auto& [account, batch] : once_) once.push_back(batch);
  std::sort(once.begin(), once.end());  // positions ascend
  for (const std::size_t batch : once) {
    for (const Event& event : batches_[batch].events) {
      const auto applied = engine_.book_.apply(event);
      if (!applied) throw Fault(Fault::Kind::damaged, to_text(applied.error()));
    }
  }
  engine_.book_.advance(head_, events_);
  if (engine_.sealer_ == nullptr) return;
  for (const AccountId& account : keys_changed_) {
    const AccountState* state = engine_.book_.find(account);
    if (state && state->key) engine_.sealer_->key_changed(account, *state->key);
  }
}

Answer Engine::weigh(std::string_view text, Instant now, const Provided& provided) {
  return std::get<Answer>(Group(*this, now).decide(text, &provided));
}

Answer Engine::admit(Partition& log, const RegionId& from, const AccountState& arriving, std::string_view text,
                     Instant now, const Provided& provided) {
  Group group(*this, now);
  group.head_ += arriving.version;  // the stream's positions come first
  group.accounts_.emplace(arriving.account, arriving);
  Answer answer = std::get<Answer>(group.decide(text, &provided));
  if (answer.refused || group.batches_.empty()) return answer;
  const auto admitted = log.admit({arriving.account, from, *provided.copied, now}, group.batches_.front());
  if (!admitted) throw Fault(Fault::Kind::busy, "the stream was not admitted: " + admitted.error().what);
  group.events_ += arriving.version;
  group.appended_ = *admitted;
  group.apply();
  return answer;
}

}  // namespace creditfold
