// SPDX-License-Identifier: Apache-2.0
#include "wasm/forecast_session.hpp"

#include <utility>

#include "events/cflog.hpp"
#include "ledger/forecast/scenario.hpp"
#include "ledger/forecast/simulate.hpp"

namespace creditfold::wasm {

std::string ForecastSession::learn_from(const AccountId& account, std::optional<Instant> at, std::int64_t to) {
  if (to < 0) throw SessionError("bad_request", "a log has no such position", "to");
  const bool same = learner_ && learner_->account() == account && learner_->at() == at;
  if (!same) learner_.emplace(account, catalog_, at);
  to_ = to;
  covered_ = learner_->go_to(to);
  return std::to_string(covered_);
}

std::string ForecastSession::learn(std::span<const std::uint8_t> documents) try {
  if (!learner_) throw SessionError("bad_request", "nobody said of which account");
  CflogReader reader(documents);
  Event event;
  for (;;) {
    const auto item = reader.next(event);
    if (!item) throw SessionError("damaged", item.error().what, "byte " + std::to_string(item.error().offset));
    if (!item->has_value()) return std::to_string(covered_);
    if (const auto* header = std::get_if<const CflogHeader*>(&**item)) {
      const auto& [after, account, partition] = **header;
      if (account && *account != learner_->account()) {
        throw SessionError("damaged", "the part is of another account", account->value);
      }
      if (after != covered_) {
        throw SessionError("damaged", "the part is not the one that follows",
                           "after event " + std::to_string(covered_));
      }
    }
    if (std::holds_alternative<Event*>(**item) && event.seq <= to_) learner_->take(event);
    if (const auto* end = std::get_if<const CflogEnd*>(&**item)) covered_ = (*end)->seq;
  }
} catch (...) {
  learner_.reset();
  throw;
}

std::string ForecastSession::learned() {
  if (!learner_ || covered_ < to_) throw SessionError("bad_request", "the log is not read that far", "to");
  auto branch = learner_->branch();
  if (!branch) unknown(learner_->account());
  branch_ = forecast::LearnedBranch{to_, learner_->at(), *std::move(branch)};
  const std::vector<std::uint8_t> bytes = forecast::encode_branch(*branch_);
  return {bytes.begin(), bytes.end()};
}

void ForecastSession::take_branch(std::span<const std::uint8_t> bytes) {
  auto branch = forecast::decode_branch(bytes);
  if (!branch) throw SessionError("damaged", "what was learned of the log cannot be read: " + branch.error());
  branch_ = std::move(branch).value();
}

std::string ForecastSession::simulate(const std::optional<AccountId>& account, std::string_view text) const {
  const auto scenario = forecast::parse_scenario(text);
  if (!scenario) throw SessionError("bad_request", scenario.error().what, scenario.error().place);
  if (!branch_) throw SessionError("bad_request", "nothing was learned of a log");
  if (!account && !scenario->account) throw SessionError("bad_request", "is missing: no account is named", "/account");
  if (account && scenario->account && *scenario->account != *account) {
    throw SessionError("bad_request", "is another account than the one asked about", "/account");
  }
  const AccountId& of = account ? *account : *scenario->account;
  if (of != branch_->branch.state.account) unknown(of);
  if (scenario->at != branch_->at)
    throw SessionError("bad_request", "is another moment than what was learned is of", "/at");
  if (scenario->as_of && *scenario->as_of != branch_->to) {
    throw SessionError("bad_request", "is another position than what was learned is of", "/as_of");
  }
  auto told = forecast::simulate_json(branch_->branch, catalog_, *scenario);
  if (!told) throw SessionError("bad_request", told.error().what, told.error().place);
  return std::move(told).value();
}

}  // namespace creditfold::wasm
