// SPDX-License-Identifier: Apache-2.0
// What an account has agreed to, and what a use would be charged: questions that append nothing (AI-3 to AI-6, AIS-4c).
#include "ledger/consent_statement.hpp"
#include "ledger/estimate.hpp"
#include "ledger/json.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

template <class SomeId>
Expected<std::optional<SomeId>, BadRequest> id_parameter(const Target& target, std::string_view name) {
  const auto text = target.parameter(name);
  if (!text) return std::optional<SomeId>{};
  if (!SomeId::valid(*text)) return Unexpected{bad_parameter(name, "It is 1 to 128 bytes without control characters.")};
  return std::optional(SomeId(*text));
}

Expected<Volume, BadRequest> volume_parameter(const Target& target, std::string_view name) {
  const auto text = target.parameter(name);
  if (!text) return Volume{};
  const auto tokens = parse_seq(*text);
  if (!tokens) return Unexpected{bad_parameter(name, "It is tokens: a whole number from 0.")};
  return Volume{*tokens};
}

Expected<EstimateQuestion, BadRequest> question_of(const Target& target) {
  EstimateQuestion question;
  const auto model = id_parameter<ModelId>(target, "model");
  if (!model) return Unexpected{model.error()};
  if (!*model) return Unexpected{bad_parameter("model", "It is missing.")};
  question.model = **model;
  for (const auto& [name, volume] : {std::pair{"query", &question.query}, std::pair{"input", &question.input},
                                     std::pair{"output", &question.output}}) {
    const auto found = volume_parameter(target, name);
    if (!found) return Unexpected{found.error()};
    *volume = *found;
  }
  const auto workflow = id_parameter<WorkflowId>(target, "workflow");
  if (!workflow) return Unexpected{workflow.error()};
  const auto plan = id_parameter<PlanId>(target, "plan");
  if (!plan) return Unexpected{plan.error()};
  const auto actor = id_parameter<ActorId>(target, "actor");
  if (!actor) return Unexpected{actor.error()};
  const auto at = time_parameter(target, "at");
  if (!at) return Unexpected{at.error()};
  question.workflow = *workflow;
  question.plan = *plan;
  question.actor = *actor;
  question.at = *at;
  return question;
}

Reply estimate_reply(const Sequencer& sequencer, const AccountId& account, const EstimateQuestion& question,
                     Instant now) {
  const auto state = sequencer.with_book([&](const Book& book) -> std::optional<AccountState> {
    const AccountState* found = book.find(account);
    return found ? std::optional(*found) : std::nullopt;
  });
  if (!state) return unknown_account(account);
  const auto estimate = estimate_json(*state, question, sequencer.catalog(), now);
  if (estimate) return json_reply(Status::ok, *estimate);
  return refusal_reply(estimate.error());
}

asio::awaitable<Reply> answer_estimate(const Regions& regions, Readers& readers, Instant now, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  const auto question = question_of(call.target);
  if (!question) co_return bad_request(question.error());
  auto ask = [id = *account, asked = *question, now](RegionAtWork& region) {
    return estimate_reply(region.sequencer, id, asked, now);
  };
  co_return co_await reply_from_home(regions, readers, *account, ask);
}

asio::awaitable<Reply> answer_consents(const Regions& regions, Readers& readers, Instant now, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  const auto as_of = as_of_parameters(call.target);
  if (!as_of) co_return bad_request(as_of.error());
  auto ask = [&regions, id = *account, as_of = *as_of, now](RegionAtWork& region) {
    const auto consents = consents_as_of(region.log, id, regions.catalog(), as_of, now);
    return consents ? json_reply(Status::ok, *consents) : unknown_account(id, as_of.at || as_of.seq);
  };
  co_return co_await reply_from_home(regions, readers, *account, ask);
}

}  // namespace

void add_ai_routes(Router& router, const Regions& regions, Readers& readers, Clock clock) {
  router.add({.pattern = "/v1/accounts/{account}/consents",
              .method = Verb::get,
              .parameters = {"at", "as_of"},
              .bodies = {},
              .answer = [&regions, &readers, clock](Call call) {
                return answer_consents(regions, readers, clock(), std::move(call));
              }});
  router.add({.pattern = "/v1/accounts/{account}/estimate",
              .method = Verb::get,
              .parameters = {"model", "query", "input", "output", "workflow", "plan", "actor", "at"},
              .bodies = {},
              .answer = [&regions, &readers, clock](Call call) {
                return answer_estimate(regions, readers, clock(), std::move(call));
              }});
}

}  // namespace creditfold::service
