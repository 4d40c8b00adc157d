// SPDX-License-Identifier: Apache-2.0
// Accounts and their balances: the present from the book, every other moment from the log.
#include <mutex>

#include "ledger/json.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/routes.hpp"
#include "ledger/statement.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

struct Summary {
  std::int64_t version = 0;
  std::string fingerprint;
  std::string_view environment;
  std::string region;
};

Summary summary_of(const AccountState& state) {
  return {state.version, to_hex(fingerprint(state)), to_name(state.environment), state.region.value};
}

// The position of each account's newest event, found in the log and kept: an account's state knows versions only.
class Positions {
 public:
  // Position of the event with this version. Reads what came since it was last asked.
  std::int64_t find(const Log& log, const AccountId& account, std::int64_t version) {
    Known known;
    {
      const std::lock_guard lock(mutex_);
      known = known_[account];
    }
    if (known.version > version) known = {};  // somebody asked for a newer one meanwhile
    if (known.version < version) {
      log.read_account(account, known.seq, -1, [&](Event&& event) {
        known = {event.version, event.seq};
        return event.version < version;
      });
      const std::lock_guard lock(mutex_);
      if (known_[account].version < known.version) known_[account] = known;
    }
    return known.seq;
  }

 private:
  struct Known {
    std::int64_t version = 0;
    std::int64_t seq = 0;
  };
  std::mutex mutex_;
  std::map<AccountId, Known> known_;
};

// Some accounts at a time, so that a long list never keeps the writer waiting: each account is shown as it is at one
// moment, the list as a whole is not.
std::string accounts_json(const Sequencer& sequencer, const Caller& caller) {
  std::string json = R"({"accounts":[)";
  std::optional<AccountId> last;
  for (bool more = true; more;) {
    sequencer.with_book([&](const Book& book) {
      const auto& accounts = book.accounts();
      auto account = last ? accounts.upper_bound(*last) : accounts.begin();
      if (!caller.is_operator()) account = accounts.find(*caller.scope.account);  // a token of an account sees that one
      for (std::size_t n = 0; n < accounts_per_lock && account != accounts.end(); ++n, ++account) {
        const Summary summary = summary_of(account->second);
        json += std::string(last ? "," : "") + R"({"account":)" + json_quote(account->first.value) + R"(,"version":)" +
                std::to_string(summary.version) + R"(,"environment":")" + std::string(summary.environment) +
                R"(","region":)" + json_quote(summary.region) + R"(,"fingerprint":")" + summary.fingerprint + R"("})";
        last = account->first;
        if (!caller.is_operator()) break;
      }
      more = caller.is_operator() && account != accounts.end();
    });
  }
  return json + "]}";
}

Reply account_reply(const Sequencer& sequencer, Positions& positions, const Log& log, const AccountId& account) {
  const auto summary = sequencer.with_book([&](const Book& book) -> std::optional<Summary> {
    const AccountState* state = book.find(account);
    return state ? std::optional(summary_of(*state)) : std::nullopt;
  });
  if (!summary) return unknown_account(account);
  const std::int64_t seq = positions.find(log, account, summary->version);
  return json_reply(Status::ok, R"({"account":)" + json_quote(account.value) + R"(,"version":)" +
                                    std::to_string(summary->version) + R"(,"seq":)" + std::to_string(seq) +
                                    R"(,"fingerprint":")" + summary->fingerprint + R"(","environment":")" +
                                    std::string(summary->environment) + R"(","region":)" + json_quote(summary->region) +
                                    "}");
}

Reply balance_reply(const Sequencer& sequencer, const Log& log, const AccountId& account, const AsOf& as_of,
                    Instant now) {
  std::optional<View> view;
  if (as_of.at || as_of.seq) {
    view = view_as_of(log, account, as_of, now);
  } else {
    sequencer.with_book([&](const Book& book) {
      if (const AccountState* state = book.find(account)) view = View{*state, now};
    });
  }
  if (!view) return unknown_account(account);
  return json_reply(Status::ok, balance_json(view->state, view->moment));
}

asio::awaitable<Reply> answer_accounts(const Sequencer& sequencer, Readers& readers, Caller caller) {
  auto ask = [&sequencer, caller](const Log&) { return json_reply(Status::ok, accounts_json(sequencer, caller)); };
  co_return co_await readers.ask(ask);
}

asio::awaitable<Reply> answer_account(const Sequencer& sequencer, Readers& readers,
                                      std::shared_ptr<Positions> positions, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  auto ask = [&, id = *account](const Log& log) { return account_reply(sequencer, *positions, log, id); };
  co_return co_await readers.ask(ask);
}

asio::awaitable<Reply> answer_balance(const Sequencer& sequencer, Readers& readers, Instant now, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  const auto at = time_parameter(call.target, "at");
  if (!at) co_return bad_request(at.error());
  const auto seq = seq_parameter(call.target, "as_of");
  if (!seq) co_return bad_request(seq.error());
  const AsOf as_of{*at, *seq};
  auto ask = [&sequencer, id = *account, as_of, now](const Log& log) {
    return balance_reply(sequencer, log, id, as_of, now);
  };
  co_return co_await readers.ask(ask);
}

}  // namespace

Expected<AccountId, Reply> account_argument(const Call& call) {
  if (AccountId::valid(call.arguments.front())) return AccountId(call.arguments.front());
  return Unexpected{bad_request({"target, the account", "An account is 1 to 128 bytes without control characters."})};
}

void add_account_routes(Router& router, const Sequencer& sequencer, Readers& readers, Clock clock) {
  auto positions = std::make_shared<Positions>();
  router.add({.pattern = "/v1/accounts",
              .method = Verb::get,
              .parameters = {},
              .bodies = {},
              .answer = [&](const Call& call) { return answer_accounts(sequencer, readers, call.caller); },
              .access = Access::any});
  router.add(
      {.pattern = "/v1/accounts/{account}",
       .method = Verb::get,
       .parameters = {},
       .bodies = {},
       .answer = [&, positions](Call call) { return answer_account(sequencer, readers, positions, std::move(call)); }});
  router.add({.pattern = "/v1/accounts/{account}/balance",
              .method = Verb::get,
              .parameters = {"at", "as_of"},
              .bodies = {},
              .answer = [&sequencer, &readers, clock = std::move(clock)](Call call) {
                return answer_balance(sequencer, readers, clock(), std::move(call));
              }});
}

}  // namespace creditfold::service
