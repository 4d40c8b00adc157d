// SPDX-License-Identifier: Apache-2.0
// AI-1: everything of an account in one call.
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

asio::awaitable<Reply> answer_export(Exports& exports, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  co_return co_await exports.answer(*account);
}

}  // namespace

void add_export_routes(Router& router, Exports& exports) {
  router.add({.pattern = "/v1/accounts/{account}/export",
              .method = Verb::get,
              .parameters = {},
              .bodies = {},
              .answer = [&exports](Call call) { return answer_export(exports, std::move(call)); }});
}

}  // namespace creditfold::service
