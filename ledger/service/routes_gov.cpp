// SPDX-License-Identifier: Apache-2.0
// GOV-2: the responsibility matrix, for gov accounts and the operator, each known by a token. That an account asked is
// recorded before it is given.
#include "ledger/gov_matrix.hpp"
#include "ledger/json.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

Refusal not_a_gov_account() {
  return {RefusalCode::not_authorized_in_gov,
          "GOV-2",
          "The responsibility matrix is for gov accounts and the operator.",
          {}};
}

// The command that records the asking; nothing: it is no gov account.
std::optional<std::string> asking_of(const Regions& regions, const AccountId& account, int attempt) {
  const RegionAtWork* home = regions.home_of(account);
  if (home == nullptr) return std::nullopt;
  return home->sequencer.with_book([&](const Book& book) -> std::optional<std::string> {
    const AccountState* state = book.find(account);
    if (state == nullptr || state->environment != Environment::gov) return std::nullopt;
    return gov::record_command(*state, gov::requested_terms(), attempt);
  });
}

// It is confidential: every answer of the service says no-store unless it says otherwise, and this one never does.
asio::awaitable<Reply> answer_matrix(Regions& regions, Call call) {
  if (!call.caller.identified) {
    co_return unauthorized(
        "The responsibility matrix is given to who shows a token: creditfold tokens create makes one.");
  }
  if (!call.caller.is_operator()) {
    std::optional<Refusal> refused = Refusal{};
    for (int attempt = 0; refused && attempt < gov::record_attempts_max; ++attempt) {
      auto asked = asking_of(regions, *call.caller.scope.account, attempt);
      if (!asked) {
        Reply reply = refusal_reply(not_a_gov_account());
        reply.status = Status::forbidden;
        co_return reply;
      }
      std::vector<std::string> asking;
      asking.push_back(std::move(*asked));
      const Processed processed = co_await regions.process(std::move(asking));
      if (!processed.has_value()) co_return fault_reply(processed.error());
      refused = processed.value().front().refused;
      if (refused && refused->code != RefusalCode::key_reused) break;
    }
    if (refused) co_return refusal_reply(*refused);
  }
  co_return json_reply(Status::ok, gov::matrix_json());
}

}  // namespace

void add_gov_routes(Router& router, Regions& regions) {
  router.add({.pattern = "/v1/gov/responsibility-matrix",
              .method = Verb::get,
              .parameters = {},
              .bodies = {},
              .answer = [&regions](Call call) { return answer_matrix(regions, std::move(call)); },
              .access = Access::any});
}

}  // namespace creditfold::service
