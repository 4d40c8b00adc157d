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
  // Position of the event with this version in its region's log. Reads what came since it was last asked.
  std::int64_t find(const RegionAtWork& region, const AccountId& account, std::int64_t version) {
    Known known;
    {
      const std::lock_guard lock(mutex_);
      known = known_[account];
    }
    if (known.region != &region || known.version > version) known = {&region, 0, 0};
    if (known.version < version) {
      region.log.read_account(account, known.seq, -1, [&](Event&& event) {
        known = {&region, event.version, event.seq};
        return event.version < version;
      });
      const std::lock_guard lock(mutex_);
      Known& kept = known_[account];
      if (kept.region != &region || kept.version < known.version) kept = known;
    }
    return known.seq;
  }

 private:
  struct Known {
    const RegionAtWork* region = nullptr;  // an account that moved has other positions there
    std::int64_t version = 0;
    std::int64_t seq = 0;
  };
  std::mutex mutex_;
  std::map<AccountId, Known> known_;
};

std::optional<Summary> summary_in(const RegionAtWork& region, const AccountId& account) {
  return region.sequencer.with_book([&](const Book& book) -> std::optional<Summary> {
    const AccountState* state = book.find(account);
    return state ? std::optional(summary_of(*state)) : std::nullopt;
  });
}

// An account that moves between two looks is looked for again.
std::optional<Summary> summary_anywhere(const Regions& regions, const AccountId& account) {
  for (;;) {
    const RegionAtWork* home = regions.home_of(account);
    if (home == nullptr) return std::nullopt;
    auto summary = summary_in(*home, account);
    if (summary || regions.home_of(account) == home) return summary;
  }
}

// Each account is shown as it is at one moment, the list as a whole is not. A token of an account sees that one.
std::string accounts_json(const Regions& regions, const Caller& caller) {
  std::string json = R"({"accounts":[)";
  std::optional<AccountId> last;
  const char* comma = "";
  for (bool more = true; more;) {
    const std::vector<AccountId> accounts = caller.is_operator() ? regions.accounts_behind(last, accounts_per_lock)
                                                                 : std::vector{*caller.scope.account};
    more = caller.is_operator() && accounts.size() == accounts_per_lock;
    for (const AccountId& account : accounts) {
      const auto summary = summary_anywhere(regions, account);
      if (!summary) continue;  // being opened
      json += comma + (R"({"account":)" + json_quote(account.value)) + R"(,"version":)" +
              std::to_string(summary->version) + R"(,"environment":")" + std::string(summary->environment) +
              R"(","region":)" + json_quote(summary->region) + R"(,"fingerprint":")" + summary->fingerprint + R"("})";
      comma = ",";
    }
    if (more) last = accounts.back();
  }
  return json + "]}";
}

Reply account_reply(const RegionAtWork& region, Positions& positions, const AccountId& account) {
  const auto summary = summary_in(region, account);
  if (!summary) return unknown_account(account);
  const std::int64_t seq = positions.find(region, account, summary->version);
  return json_reply(Status::ok, R"({"account":)" + json_quote(account.value) + R"(,"version":)" +
                                    std::to_string(summary->version) + R"(,"seq":)" + std::to_string(seq) +
                                    R"(,"fingerprint":")" + summary->fingerprint + R"(","environment":")" +
                                    std::string(summary->environment) + R"(","region":)" + json_quote(summary->region) +
                                    "}");
}

Reply balance_reply(const RegionAtWork& region, const AccountId& account, const AsOf& as_of, Instant now) {
  std::optional<View> view;
  if (as_of.at || as_of.seq) {
    view = view_as_of(region.log, account, as_of, now);
  } else {
    region.sequencer.with_book([&](const Book& book) {
      if (const AccountState* state = book.find(account)) view = View{*state, now};
    });
  }
  if (!view) return unknown_account(account, as_of.at || as_of.seq);
  return json_reply(Status::ok, balance_json(view->state, view->moment));
}

asio::awaitable<Reply> answer_accounts(const Regions& regions, Readers& readers, Caller caller) {
  auto ask = [&regions, caller] { return json_reply(Status::ok, accounts_json(regions, caller)); };
  co_return co_await readers.ask(ask);
}

asio::awaitable<Reply> answer_account(const Regions& regions, Readers& readers, std::shared_ptr<Positions> positions,
                                      Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  auto ask = [&positions, id = *account](RegionAtWork& region) { return account_reply(region, *positions, id); };
  co_return co_await reply_from_home(regions, readers, *account, ask);
}

asio::awaitable<Reply> answer_balance(const Regions& regions, Readers& readers, Instant now, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  const auto as_of = as_of_parameters(call.target);
  if (!as_of) co_return bad_request(as_of.error());
  auto ask = [id = *account, as_of = *as_of, now](RegionAtWork& region) {
    return balance_reply(region, id, as_of, now);
  };
  co_return co_await reply_from_home(regions, readers, *account, ask);
}

}  // namespace

Expected<AsOf, BadRequest> as_of_parameters(const Target& target) {
  const auto at = time_parameter(target, "at");
  if (!at) return Unexpected{at.error()};
  const auto seq = seq_parameter(target, "as_of");
  if (!seq) return Unexpected{seq.error()};
  return AsOf{*at, *seq};
}

Expected<AccountId, Reply> account_argument(const Call& call) {
  if (AccountId::valid(call.arguments.front())) return AccountId(call.arguments.front());
  return Unexpected{bad_request({"target, the account", "An account is 1 to 128 bytes without control characters."})};
}

Expected<RegionAtWork*, Reply> region_meant(const Regions& regions, const Target& target) {
  const std::vector<RegionAtWork*> all = regions.all();
  std::string names;
  for (const RegionAtWork* region : all) names += (names.empty() ? "" : ", ") + region->region.value;
  if (const auto named = target.parameter("region")) {
    if (RegionAtWork* region = regions.find(RegionId(*named))) return region;
    return Unexpected{error_reply(Status::not_found, "unknown_region",
                                  "No account ever lived in this region." +
                                      (names.empty() ? "" : " The regions here are " + names + "."),
                                  "query parameter region")};
  }
  if (all.size() > 1) {
    return Unexpected{
        bad_request({"query parameter region", "Each region has a log of its own; name one of " + names + "."})};
  }
  return all.empty() ? nullptr : all.front();
}

void add_account_routes(Router& router, const Regions& regions, Readers& readers, Clock clock) {
  auto positions = std::make_shared<Positions>();
  router.add({.pattern = "/v1/accounts",
              .method = Verb::get,
              .parameters = {},
              .bodies = {},
              .answer = [&](const Call& call) { return answer_accounts(regions, readers, call.caller); },
              .access = Access::any});
  router.add(
      {.pattern = "/v1/accounts/{account}",
       .method = Verb::get,
       .parameters = {},
       .bodies = {},
       .answer = [&, positions](Call call) { return answer_account(regions, readers, positions, std::move(call)); }});
  router.add({.pattern = "/v1/accounts/{account}/balance",
              .method = Verb::get,
              .parameters = {"at", "as_of"},
              .bodies = {},
              .answer = [&regions, &readers, clock = std::move(clock)](Call call) {
                return answer_balance(regions, readers, clock(), std::move(call));
              }});
}

}  // namespace creditfold::service
