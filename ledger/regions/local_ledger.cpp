// SPDX-License-Identifier: Apache-2.0
#include "ledger/regions/local_ledger.hpp"

#include <numeric>
#include <utility>

#include "ledger/kept_book.hpp"

namespace creditfold {

LocalLedger::LocalLedger(Partitions& partitions, const Catalog& catalog, TextSealer* sealer, Outside* outside)
    : partitions_(partitions),
      catalog_(catalog),
      sealer_(sealer),
      outside_(outside),
      routes_(partitions), dispatch_(routes_, catalog) {
  for (const RegionId& region : partitions.regions()) open(region);
}

void LocalLedger::open(const RegionId& region) {
  if (engines_.count(region) > 0) return;
  Partition& log = partitions_.open(region);
  Begun begun = begin_book(log);
  kept_through_[region] = begun.kept;
  const auto engine = engines_.try_emplace(region, log, catalog_, std::move(begun.book), sealer_).first;
  engine->second.set_opens_here([this, region](const AccountId& account) { return routes_.find(account) == region; });
}

void LocalLedger::keep_books() {
  for (const auto& [region, engine] : engines_) {
    Partition& log = *partitions_.find(region);
    if (!is_worth_keeping_at_end(engine.book(), kept_through_[region])) continue;
    keep_book(log, engine.book(), log.moves());
    kept_through_[region] = engine.book().seq();
  }
}

void LocalLedger::in_turn(const RegionId& region, const std::function<void(Turn&)>& action) {
  Turn turn{engines_.at(region), *partitions_.find(region), [] {}, {}};
  action(turn);
}

void LocalLedger::watch(std::function<void(MigrationStep)> told, std::function<void(const std::string&)> left_over) {
  told_ = std::move(told);
  left_over_ = std::move(left_over);
}

const AccountState* LocalLedger::find(const AccountId& account) const {
  const auto home = routes_.find(account);
  const auto engine = home ? engines_.find(*home) : engines_.end();
  return engine == engines_.end() ? nullptr : engine->second.book().find(account);
}

std::optional<RegionId> LocalLedger::only_region() const {
  return engines_.size() == 1 ? std::optional(engines_.begin()->first) : std::nullopt;
}

std::vector<Answer> LocalLedger::process(std::span<const std::string_view> texts, Instant now) {
  texts_ = texts;
  now_ = now;
  sent_.assign(texts.size(), {});
  answers_.assign(texts.size(), {});
  Indexes todo(texts.size());
  std::iota(todo.begin(), todo.end(), std::size_t{0});
  while (!todo.empty()) todo = process_some(todo);
  return std::move(answers_);
}

// Those that have to be dispatched again.
LocalLedger::Indexes LocalLedger::process_some(const Indexes& todo) {
  std::map<RegionId, Indexes> waiting;
  Indexes again;
  for (const std::size_t index : todo) {
    Dispatched& sent = sent_[index];
    sent = dispatch_.dispatch(texts_[index], now_, only_region());
    switch (sent.kind) {
      case Dispatched::Kind::answered:
        answers_[index] = std::move(sent.answer);
        break;
      case Dispatched::Kind::region:
        waiting[sent.region].push_back(index);
        break;
      case Dispatched::Kind::migration: {
        flush(waiting, again);
        const MigrationRun run{.writers = *this, .routes = routes_, .partitions = partitions_,
                               .clock = [this] { return now_; }, .go_on = [] { return true; }, .told = told_,
                               .left_over = left_over_};
        answers_[index] = migrate(run, *sent.command, texts_[index]);
        break;
      }
    }
  }
  flush(waiting, again);
  return again;
}

void LocalLedger::flush(std::map<RegionId, Indexes>& waiting, Indexes& again) {
  for (const auto& [region, indexes] : waiting) {
    std::vector<std::string_view> texts;
    for (const std::size_t index : indexes) texts.push_back(texts_[index]);
    std::vector<Answer> answers;
    try {
      open(region);
      Engine& engine = engines_.at(region);
      answers = outside_ ? engine.process(texts, now_, *outside_) : engine.process(texts, now_);
    } catch (...) {
      for (const std::size_t index : indexes) dispatch_.failed(sent_[index]);
      throw;
    }
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      const std::size_t index = indexes[i];
      const bool opened = sent_[index].opens && !answers[i].refused;
      if (opened) routes_.confirm(sent_[index].account);
      if (dispatch_.went_elsewhere(sent_[index], texts_[index], answers[i])) {
        again.push_back(index);
      } else {
        answers_[index] = std::move(answers[i]);
      }
    }
  }
  waiting.clear();
}

}  // namespace creditfold
