// SPDX-License-Identifier: Apache-2.0
// What is encrypted and what is not, and whether a customer's key would do. Rotation and revocation are commands.
#include "ledger/data_classes.hpp"
#include "ledger/key_arn.hpp"
#include "ledger/keyring/key_check.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

asio::awaitable<Reply> answer_classes() { co_return json_reply(Status::ok, data_classes_json()); }

// Asks the key service, which may take as long as an errand; on a thread of its own kind, not a reader's.
asio::awaitable<Reply> answer_check(const Regions& regions, keyring::Keyring& keyring, asio::thread_pool& checkers,
                                    Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  std::optional<KeyArn> key_arn;
  if (const auto named = call.target.parameter("key_arn")) {
    if (!KeyArn::valid(*named) || !parse_key_arn(*named)) {
      co_return bad_request({"query parameter key_arn", "It is no ARN of an AWS KMS key."});
    }
    key_arn = KeyArn(*named);
  }
  std::optional<AccountState> state;
  const auto look = [&](const Book& book) {
    if (const AccountState* found = book.find(*account)) {
      state.emplace();
      state->account = *account;
      state->key = found->key;
    }
  };
  // One that moves between two looks is looked for again.
  for (const RegionAtWork* home = regions.home_of(*account); home != nullptr && !state;) {
    home->sequencer.with_book(look);
    const RegionAtWork* now = regions.home_of(*account);
    if (now == home) break;
    home = now;
  }
  if (!state) co_return unknown_account(*account);
  auto check = [&keyring, &regions, key_arn, known = *state]() -> asio::awaitable<std::string> {
    co_return keyring::key_check_json(keyring, known, key_arn, regions.catalog().vendor_aws_account);
  };
  auto checking = check();
  co_return json_reply(Status::ok, co_await asio::co_spawn(checkers, std::move(checking), asio::use_awaitable));
}

}  // namespace

void add_key_routes(Router& router, const Regions& regions, keyring::Keyring& keyring) {
  auto checkers = std::make_shared<asio::thread_pool>(1);
  router.add({.pattern = "/v1/data-classes",
              .method = Verb::get,
              .parameters = {},
              .bodies = {},
              .answer = [](const Call& /*call*/) { return answer_classes(); },
              .access = Access::any});
  router.add({.pattern = "/v1/accounts/{account}/key-check",
              .method = Verb::get,
              .parameters = {"key_arn"},
              .bodies = {},
              .answer = [&regions, &keyring, checkers](Call call) {
                return answer_check(regions, keyring, *checkers, std::move(call));
              }});
}

}  // namespace creditfold::service
