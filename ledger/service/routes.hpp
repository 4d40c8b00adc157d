// SPDX-License-Identifier: Apache-2.0
// All addresses of the HTTP API, a family to a file. Each function adds its routes to the router; what they need must
// outlive it.
#pragma once

#include <functional>
#include <string>

#include "ledger/directory/directory_store.hpp"
#include "ledger/edge/checkpoint_key.hpp"
#include "ledger/service/clock.hpp"
#include "ledger/service/event_stream.hpp"
#include "ledger/service/exports.hpp"
#include "ledger/service/readers.hpp"
#include "ledger/service/regions.hpp"
#include "ledger/service/router.hpp"
#include "ledger/service/static_files.hpp"
#include "ledger/service/texts.hpp"
#include "ledger/statement.hpp"

namespace creditfold::service {

// POST /v1/commands
void add_command_routes(Router& router, Regions& regions);
// GET /v1/accounts, /v1/accounts/{account}, /v1/accounts/{account}/balance
void add_account_routes(Router& router, const Regions& regions, Readers& readers, Clock clock);
// GET /v1/accounts/{account}/explain, /v1/accounts/{account}/usage/{usage}, /v1/accounts/{account}/invoices
void add_explain_routes(Router& router, const Regions& regions, Readers& readers, Clock clock);
// GET /v1/accounts/{account}/consents, /v1/accounts/{account}/estimate
void add_ai_routes(Router& router, const Regions& regions, Readers& readers, Clock clock);
// GET /v1/accounts/{account}/export
void add_export_routes(Router& router, Exports& exports);
// GET /v1/gov/responsibility-matrix
void add_gov_routes(Router& router, Regions& regions);
// GET /v1/ledger, /v1/log, /v1/accounts/{account}/log
void add_log_routes(Router& router, const Regions& regions, Readers& readers);
// GET /v1/log/{region}/checkpoint, /v1/log/{region}/tile/…, /v1/accounts/{account}/proof
void add_proof_routes(Router& router, const Regions& regions, Readers& readers, const edge::CheckpointKey& key);
// GET /v1/events
void add_event_routes(Router& router, const Regions& regions, Readers& readers, const Texts& texts);
// GET /v1/data-classes, /v1/accounts/{account}/key-check
void add_key_routes(Router& router, const Regions& regions, keyring::Keyring& keyring);

// GET /v1/directory, /v1/directory/names/{account}; GET, PUT, DELETE below /v1/directory/people, organizations, labels
void add_directory_routes(Router& router, directory::DirectoryStore& store, Readers& readers);

// What the program is, for /v1/version.
struct Build {
  std::string version;
  std::string commit;
};
// GET /v1/catalog, /v1/version, /healthz, /readyz, /openapi.json, /schemas/{name}, and the page
void add_about_routes(Router& router, const Regions& regions, std::string catalog_json, const Build& build,
                      const StaticFiles& page);

// A refusal as an answer (CONTRACT), with the status its code has.
[[nodiscard]] Status status_of(RefusalCode code);
[[nodiscard]] Reply refusal_reply(const Refusal& refusal);

// The account that stands in a path, or why it cannot be one.
[[nodiscard]] Expected<AccountId, Reply> account_argument(const Call& call);
// What `at` and `as_of` of a question's address say.
[[nodiscard]] Expected<AsOf, BadRequest> as_of_parameters(const Target& target);
// The reply of the region the account lives in (Regions::ask_home); 404 when there is no such account.
template <class Question>
[[nodiscard]] boost::asio::awaitable<Reply> reply_from_home(const Regions& regions, Readers& readers, AccountId account,
                                                            Question question) {
  auto reply = co_await regions.ask_home(readers, account, question);
  co_return reply ? std::move(*reply) : unknown_account(account);
}
// The region a request over a whole log means: the one named, the only one, or none yet (nullptr). Where there are
// several and none is named, a refusal that names them.
[[nodiscard]] Expected<RegionAtWork*, Reply> region_meant(const Regions& regions, const Target& target);

}  // namespace creditfold::service
