// SPDX-License-Identifier: Apache-2.0
// Events as they happen: a region's, or one account's wherever it lives.
#include "ledger/json.hpp"
#include "ledger/service/event_stream.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

// The region a stream is of: an account's home, or the one meant. A region named beside an account has to be its home:
// positions of another one would be taken for this one's.
Expected<RegionAtWork*, Reply> region_of_stream(const Regions& regions, const Call& call,
                                                const std::optional<AccountId>& account) {
  if (!account) return region_meant(regions, call.target);
  RegionAtWork* const home = regions.home_of(*account);
  const bool known = home != nullptr && home->sequencer.with_book([&](const Book& book) {
    return book.find(*account) != nullptr;
  });
  if (!known) return Unexpected{unknown_account(*account)};
  const auto named = call.target.parameter("region");
  if (!named || *named == home->region.value) return home;
  return Unexpected{error_reply(Status::conflict, "moved", "The account lives in " + home->region.value + " now.",
                                "query parameter region")};
}

Expected<std::optional<AccountId>, Reply> account_of_stream(const Call& call) {
  const auto account = call.target.parameter("account");
  if (!account) return std::optional<AccountId>();
  if (AccountId::valid(*account)) return std::optional(AccountId(*account));
  return Unexpected{
      bad_request({"query parameter account", "An account is 1 to 128 bytes without control characters."})};
}

// Where a stream begins: after the event the client saw last, after `after`, or now.
Expected<std::int64_t, Reply> start_of_stream(const Call& call, const RegionAtWork& region) {
  const auto asked = seq_parameter(call.target, "after");
  if (!asked) return Unexpected{bad_request(asked.error())};
  const std::int64_t head = region.hub.head();
  std::int64_t after = asked->value_or(head);
  if (const auto seen = call.header("Last-Event-ID")) {
    const auto seq = parse_message_id(region.region, *seen);
    if (!seq) {
      return Unexpected{bad_request({"header Last-Event-ID", "It is the id of a message of region " +
                                                                 region.region.value + ", such as " +
                                                                 message_id(region.region, 17) + "."})};
    }
    after = *seq;
  }
  if (after > head) {
    return Unexpected{bad_request({"query parameter after", "The log ends at " + std::to_string(head) + "."})};
  }
  return after;
}

asio::awaitable<Reply> answer_events(const Regions& regions, Readers& readers, const Texts& texts, Call call) {
  const auto account = account_of_stream(call);
  if (!account) co_return account.error();
  if (!*account && !call.caller.is_operator()) co_return forbidden("Name the account whose events you follow.");
  if (*account && !call.caller.may_reach(**account)) co_return forbidden("This token is for another account.");
  const auto region = region_of_stream(regions, call, *account);
  if (!region) co_return region.error();
  Reply reply;
  reply.headers = {{"Content-Type", "text/event-stream; charset=utf-8"}};
  if (*region == nullptr) {
    reply.source = waiting_source(regions);
    co_return reply;
  }
  const auto after = start_of_stream(call, **region);
  if (!after) co_return after.error();
  if ((*region)->hub.full()) co_return fault_reply({Unprocessed::Why::full, "All event streams are taken."});
  reply.source = event_source(regions, **region, readers, texts, {*after, *account});
  co_return reply;
}

}  // namespace

void add_event_routes(Router& router, const Regions& regions, Readers& readers, const Texts& texts) {
  router.add({.pattern = "/v1/events",
              .method = Verb::get,
              .parameters = {"after", "account", "region"},
              .bodies = {},
              .answer = [&](Call call) { return answer_events(regions, readers, texts, std::move(call)); },
              .access = Access::any});
}

}  // namespace creditfold::service
