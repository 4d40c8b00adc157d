// SPDX-License-Identifier: Apache-2.0
// Commands to the writers they belong to, and their answers back in order.
#include <algorithm>
#include <utility>
#include <variant>

#include "ledger/service/regions.hpp"
#include "ledger/service/resumption.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

// What several writers answer, side by side; the last to answer calls back.
struct Gathered {
  std::mutex mutex;
  std::vector<std::optional<Processed>> answers;
  std::size_t missing = 0;
  std::function<Resumption(std::monostate)> all_there;
};

}  // namespace

// The texts of one request while they are processed.
struct Regions::Group {
  std::vector<std::string> texts;
  Instant now;
  std::vector<Dispatched> sent;
  std::vector<Answer> answers;
};

asio::awaitable<Processed> Regions::process(std::vector<std::string> texts) {
  Group group;
  group.texts = std::move(texts);
  group.now = clock_();
  group.sent.resize(group.texts.size());
  group.answers.resize(group.texts.size());
  Indexes todo;
  for (std::size_t index = 0; index < group.texts.size(); ++index) {
    Dispatched& sent = group.sent[index];
    sent = dispatch_.dispatch(group.texts[index], group.now, only_region());
    if (sent.kind == Dispatched::Kind::answered) group.answers[index] = std::move(sent.answer);
    if (sent.kind == Dispatched::Kind::region) todo.push_back(index);
    if (sent.kind != Dispatched::Kind::migration) continue;
    // What stands before a migration comes before it, what stands behind it after it.
    if (auto failed = co_await settle(group, std::exchange(todo, {}))) co_return Unexpected{std::move(*failed)};
    Processed migrated = co_await migrate_one(group.texts[index], std::move(*sent.command));
    if (!migrated) co_return migrated;
    group.answers[index] = std::move(migrated.value().front());
  }
  if (auto failed = co_await settle(group, std::move(todo))) co_return Unexpected{std::move(*failed)};
  co_return std::move(group.answers);
}

// Until every one of them has an answer of the region its account lives in.
asio::awaitable<std::optional<Unprocessed>> Regions::settle(Group& group, Indexes todo) {
  while (!todo.empty()) {
    std::map<RegionId, Indexes> waiting;
    for (const std::size_t index : todo) waiting[group.sent[index].region].push_back(index);
    Indexes again;
    if (auto failed = co_await flush(group, std::move(waiting), again)) co_return failed;
    todo.clear();
    for (const std::size_t index : again) {
      Dispatched& sent = group.sent[index];
      sent = dispatch_.dispatch(group.texts[index], group.now, std::nullopt);
      if (sent.kind == Dispatched::Kind::answered) {
        group.answers[index] = std::move(sent.answer);
      } else {
        todo.push_back(index);
      }
    }
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<Unprocessed>> Regions::flush(Group& group, std::map<RegionId, Indexes> waiting,
                                                           Indexes& again) {
  std::vector<std::pair<RegionAtWork*, const Indexes*>> to;
  try {
    // A region that is new is made here: a folder and a database, once in its life.
    for (const auto& [region, indexes] : waiting) to.emplace_back(&at_work(region), &indexes);
  } catch (const Fault& fault) {
    for (const auto& [region, indexes] : waiting) {
      for (const std::size_t index : indexes) dispatch_.failed(group.sent[index]);
    }
    co_return to_unprocessed(fault);
  }
  const auto gathered = std::make_shared<Gathered>();
  gathered->answers.resize(to.size());
  gathered->missing = to.size();
  auto start = [&group, &to, gathered](std::function<Resumption(std::monostate)> all_there) {
    gathered->all_there = std::move(all_there);
    for (std::size_t i = 0; i < to.size(); ++i) {
      std::vector<std::string_view> texts;
      for (const std::size_t index : *to[i].second) texts.emplace_back(group.texts[index]);
      to[i].first->sequencer.submit(texts, [gathered, i](Processed processed) -> std::optional<Resumption> {
        std::unique_lock lock(gathered->mutex);
        gathered->answers[i] = std::move(processed);
        const bool last = --gathered->missing == 0;
        lock.unlock();
        return last ? std::optional(gathered->all_there({})) : std::nullopt;
      });
    }
  };
  static_cast<void>(co_await called_back<std::monostate>(std::move(start)));

  std::optional<Unprocessed> failed;
  for (std::size_t i = 0; i < to.size(); ++i) {
    Processed& processed = *gathered->answers[i];
    for (std::size_t n = 0; n < to[i].second->size(); ++n) {
      const std::size_t index = (*to[i].second)[n];
      if (!processed) {
        dispatch_.failed(group.sent[index]);
      } else if (dispatch_.went_elsewhere(group.sent[index], group.texts[index], processed.value()[n])) {
        again.push_back(index);
      } else {
        group.answers[index] = std::move(processed.value()[n]);
      }
    }
    if (!processed && !failed) failed = processed.error();
  }
  std::sort(again.begin(), again.end());
  co_return failed;
}

asio::awaitable<Processed> Regions::migrate_one(std::string text, ParsedCommand command) {
  const AccountId account = command.command.account;
  const std::pair<IdempotencyKey, CommandDigest> sent{command.command.key, command.digest};
  bool first = false;
  {
    // The same command sent again waits for the first, and is then answered with what that one stored.
    const std::lock_guard lock(migrations_mutex_);
    first = migrating_.emplace(account, sent).first->second == sent;
  }
  if (!first) co_return co_await weigh_beside(std::move(text), account);
  auto start = [this, &text, &command](std::function<Resumption(Processed)> done) {
    std::unique_lock lock(migrations_mutex_);
    if (stopping_.load()) {
      lock.unlock();
      return resume(done(Unexpected{Unprocessed{Unprocessed::Why::stopping, "The service is stopping."}}));
    }
    migrations_.push_back({std::move(text), std::move(command), [done = std::move(done)](Processed processed) {
                             resume(done(std::move(processed)));
                           }});
    lock.unlock();
    migrations_changed_.notify_one();
  };
  co_return co_await called_back<Processed>(std::move(start));
}

// Another migration than the one under way: refused, or answered again when it was stored before.
asio::awaitable<Processed> Regions::weigh_beside(std::string text, AccountId account) {
  RegionAtWork* const home = home_of(account);
  if (home == nullptr) co_return Unexpected{Unprocessed{Unprocessed::Why::busy, "The account is on its way."}};
  auto start = [&](const std::function<Resumption(Processed)>& done) {
    const auto answers = std::make_shared<std::vector<Answer>>();
    auto weigh = [this, answers, &text](Turn& turn) {
      answers->push_back(turn.engine.weigh(text, clock_(), {.migrating = true}));
    };
    home->sequencer.lend(weigh, [answers, done](const std::exception_ptr& error) {
      if (!error) return resume(done(std::move(*answers)));
      try {
        std::rethrow_exception(error);
      } catch (const Fault& fault) {
        resume(done(Unexpected{to_unprocessed(fault)}));
      } catch (const std::exception& other) {
        resume(done(Unexpected{Unprocessed{Unprocessed::Why::internal, other.what()}}));
      }
    });
  };
  co_return co_await called_back<Processed>(std::move(start));
}

}  // namespace creditfold::service
