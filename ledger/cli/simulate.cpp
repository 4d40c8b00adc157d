// SPDX-License-Identifier: Apache-2.0
// creditfold simulate: a scenario run over futures of an account's use. Reads the log, changes nothing.
#include "ledger/forecast/simulate.hpp"

#include <optional>
#include <set>

#include "ledger/cli/answerer.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/log_source.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/simulate_text.hpp"
#include "ledger/forecast/learner.hpp"

namespace creditfold::cli {
namespace {

[[noreturn]] void refuse_scenario(const std::string& file, const forecast::ScenarioFault& fault) {
  throw UsageError(file + ", " + fault.place + ": " + fault.what);
}

// The account asked about: said, or the only one there is.
AccountId account_of(const SimulateOptions& options, const forecast::Scenario& scenario, const LogSource& source) {
  if (options.account && scenario.account && *options.account != *scenario.account) {
    throw UsageError("--account names another account than " + options.scenario);
  }
  if (options.account) return *options.account;
  if (scenario.account) return *scenario.account;
  std::set<AccountId> accounts;
  source.read_events([&](Event&& event, const RegionId&, std::int64_t) {
    accounts.insert(std::move(event.account));
    return accounts.size() < 2;
  });
  if (accounts.size() != 1) {
    throw UsageError(options.log +
                     (accounts.empty() ? " holds no account" : " holds several accounts: say which with --account"));
  }
  return *accounts.begin();
}

struct Learned {
  AccountId account;
  std::optional<forecast::Branch> branch;
};

// Folded as it is read: no event is kept, however many there are.
Learned learn_log(const SimulateOptions& options, const Catalog& catalog, const forecast::Scenario& scenario) {
  return steadily_over([&] { return LogSource(options.log); }, [&](const LogSource& source) -> Learned {
    const AccountId account = account_of(options, scenario, source);
    forecast::Learner learner(account, catalog, scenario.at);
    source.read_events([&](Event&& event, const RegionId&, std::int64_t) {
      if (event.account != account) return true;
      if (scenario.as_of && event.seq > *scenario.as_of) return false;
      learner.take(event);
      return true;
    });
    return {account, learner.branch()};
  });
}

}  // namespace

ExitStatus run(const SimulateOptions& options) {
  const auto scenario = forecast::parse_scenario(read_whole(options.scenario));
  if (!scenario) refuse_scenario(options.scenario, scenario.error());
  const Catalog catalog = load_catalog(options.catalog);
  const auto [account, branch] = learn_log(options, catalog, *scenario);
  if (!branch) return refuse_unknown_account(account, options.json, scenario->at || scenario->as_of);
  const auto told = forecast::simulate_json(*branch, catalog, *scenario);
  if (!told) refuse_scenario(options.scenario, told.error());
  return print(options.json ? *told : simulation_text(*told));
}

}  // namespace creditfold::cli
