// SPDX-License-Identifier: Apache-2.0
// The rows of the responsibility matrix. Every part named here exists, and a test looks each one up; a row that says more
// than the system does is a mistake of the same kind as a rule that is not kept.
#include "ledger/gov_matrix.hpp"

namespace creditfold::gov {
namespace {

using PartKind = Part::Kind;

constexpr Part file(std::string_view name) { return {PartKind::file, name}; }
constexpr Part command(std::string_view name) { return {PartKind::command, name}; }
constexpr Part endpoint(std::string_view name) { return {PartKind::endpoint, name}; }

constexpr std::array control_table{
    Control{"AC-2", "Accounts of the service are given, listed and taken back", Responsible::shared, Met::partly,
            "Access is by tokens: each is made for the operator or for one account, to read or to write, with an end if one is "
            "set; all are listed, and a revoked one is refused from its next request on.",
            "Tokens stand for systems and not for persons; nothing finds tokens that are no longer used.",
            "Name who holds each token, ask for its revocation when they leave, and review the list.",
            {command("creditfold tokens"), file("ledger/edge/tokens.cpp")}},
    Control{"AC-3", "What a caller may do is enforced on every request", Responsible::provider, Met::met,
            "Once a directory has a token, every address of the API asks for one and checks its scope before a body is read; "
            "an account's token reaches that account alone and never the vendor's own commands.",
            "", "Keep tokens out of source, logs and links, and use one for each system.",
            {file("ledger/service/authorizer.cpp"), endpoint("POST /v1/commands"), endpoint("GET /v1/accounts/{account}/balance")}},
    Control{"AC-4", "Classified information does not flow in", Responsible::shared, Met::met,
            "A declared classification above CUI, or a classification marking in any text of a command, an import or an "
            "address, is refused before anything is stored or logged, and the refusal repeats nothing.",
            "", "Send no classified information: content that carries no marking cannot be recognised here.",
            {file("ledger/markings.cpp"), endpoint("POST /v1/commands"), command("creditfold import")}},
    Control{"AC-6", "Callers get no more rights than their work needs", Responsible::shared, Met::met,
            "Tokens are made to read or to write, for one account or for the operator; reading tokens send no command.", "",
            "Ask for reading tokens where reading is enough.",
            {command("creditfold tokens"), file("ledger/service/authorizer.cpp")}},
    Control{"AC-7", "Failed attempts to get in are limited", Responsible::provider, Met::met,
            "After a named number of wrong tokens in a minute, further wrong ones from the same address are turned away "
            "without a look, and the service's log says so.",
            "", "Nothing.", {file("ledger/service/attempts.cpp"), file("ledger/service/limits.hpp")}},
    Control{"AC-17", "Remote access is decided, not found", Responsible::provider, Met::partly,
            "The service listens on its own machine unless it is told otherwise in so many words, and warns when it is "
            "reachable without tokens.",
            "It does not encrypt connections itself (SC-8).", "Reach it only over connections the provider names.",
            {command("creditfold serve"), file("ledger/service/service.cpp")}},
    Control{"AU-2", "What is recorded is decided", Responsible::provider, Met::partly,
            "Every accepted command is recorded as events, for ever: grants, charges, seats, consents, terms, access.",
            "Refused commands and questions are not recorded; a refusal stores nothing by design.",
            "Keep your own record of what you sent and were refused.",
            {file("events/event.hpp"), endpoint("POST /v1/commands")}},
    Control{"AU-3", "Records say what, when, where and by whom", Responsible::shared, Met::partly,
            "An event says its type, account, position, when it happened, when it was recorded, the command's key and the "
            "actor the caller named.",
            "The token that sent a command is not part of its event.", "Name the acting user with an opaque id in `actor`.",
            {file("events/event.hpp"), file("events/FORMAT.md")}},
    Control{"AU-8", "Records carry a trustworthy time", Responsible::provider, Met::partly,
            "Each event has the clock's moment beside the caller's; a caller's moment more than five minutes ahead is refused.",
            "The clock is the machine's; nothing here checks that it is right.", "Keep the clocks of sending systems right.",
            {file("ledger/decide.cpp"), file("ledger/service/clock.hpp")}},
    Control{"AU-9", "Records are protected from change", Responsible::provider, Met::partly,
            "The log is append-only, its store refuses another order, every event is a leaf of a Merkle tree whose root is signed "
            "as it grows, and a verification names the first place that is not what was written.",
            "The signing key lies on the same machine: who owns it could rewrite the log, and only a checkpoint kept elsewhere "
            "shows it.",
            "Keep a checkpoint from time to time where the provider cannot reach it, and have later ones proved against it.",
            {command("creditfold verify"), command("creditfold checkpoint"), file("events/chain/merkle.cpp"),
             endpoint("GET /v1/accounts/{account}/proof")}},
    Control{"AU-10", "A sender cannot deny what it sent", Responsible::shared, Met::not_met,
            "A command's key and its digest are kept, so that the same key never stands for another command.",
            "Commands and events are not signed.", "Keep what you sent together with the answers.",
            {file("ledger/engine.cpp"), file("events/log.hpp")}},
    Control{"AU-11", "Records are kept as long as they are needed", Responsible::shared, Met::met,
            "Nothing is ever deleted from the log; an account can carry away everything about it in one call.", "",
            "Keep exports for as long as your own rules ask.",
            {command("creditfold export"), endpoint("GET /v1/accounts/{account}/export")}},
    Control{"AU-12", "Records are made as things happen and can be followed", Responsible::provider, Met::met,
            "An acknowledged command is on disk; its events can be followed as a stream and read again from any position.", "",
            "Follow the stream, or export, and look at it (SI-4).",
            {endpoint("GET /v1/events"), file("ledger/service/sequencer.cpp")}},
    Control{"CP-9", "There are backups", Responsible::shared, Met::partly,
            "A data directory is copied while the service runs, with a manifest that a restore verifies first; the whole log can be "
            "exported as a document that checks itself.",
            "Nothing takes copies by itself or keeps them elsewhere; that is the operator's to set up.",
            "Keep your own exports if you need to outlive the provider.",
            {command("creditfold backup"), command("creditfold export"), endpoint("GET /v1/log"), file("ledger/edge/backup.cpp")}},
    Control{"CP-10", "The system comes back as it was", Responsible::provider, Met::met,
            "A write is one synced transaction or nothing; on start the log is folded again, and what cannot be folded is not "
            "served.",
            "", "Send again what was not answered: the same key is never charged twice.",
            {command("creditfold restore"), command("creditfold replay"), file("events/store/sqlite_writer.cpp"), file("ledger/replay.cpp")}},
    Control{"IA-2", "Users are identified", Responsible::shared, Met::partly,
            "Systems are identified by their tokens.", "Persons are not, and there is no second factor here.",
            "Identify your users, with several factors, before they reach a system that holds a token.",
            {file("ledger/service/authorizer.cpp"), file("ledger/edge/tokens.cpp")}},
    Control{"IA-5", "Authenticators are strong and protected", Responsible::shared, Met::met,
            "A token is 256 random bits, shown once, stored as a hash alone, compared in constant time, and ends when it was "
            "told to.",
            "", "Store tokens as secrets, set an end, and replace them before it.",
            {command("creditfold tokens"), file("ledger/edge/tokens.cpp")}},
    Control{"RA-3", "Risk is assessed", Responsible::customer, Met::customer,
            "This matrix says what the system does and does not do.", "",
            "Make your own risk analysis of what you process with this service.",
            {command("creditfold gov matrix"), endpoint("GET /v1/gov/responsibility-matrix")}},
    Control{"RA-5", "Vulnerabilities are looked for", Responsible::provider, Met::partly,
            "Parsers and decoders are tested with random and broken input, and with sanitizers.",
            "Scanning the machine and its packages is the operator's.", "Nothing.",
            {file("scripts/test"), file("tests/fuzz/decode_event.cpp")}},
    Control{"SC-5", "Overload does not stop the service", Responsible::provider, Met::met,
            "Every queue, body, connection and stream has a named limit, and a request beyond one is told which.", "",
            "Wait as told when an answer says so.", {file("ledger/service/limits.hpp"), file("ledger/service/http_server.cpp")}},
    Control{"SC-7", "The boundary is guarded", Responsible::shared, Met::partly,
            "Requests must name this machine as their host, and pages of other origins are refused.",
            "Firewalls and gateways around the machine are the operator's.", "Reach the service from your own network only.",
            {file("ledger/service/guard.cpp"), file("ledger/service/router.cpp")}},
    Control{"SC-8", "Data on its way is protected", Responsible::shared, Met::not_met,
            "The service speaks plain HTTP, by default inside its own machine.",
            "Transport encryption is not part of it: the operator puts a TLS endpoint in front before anybody remote uses it.",
            "Use the encrypted address the provider names, and no other.",
            {command("creditfold serve"), file("ledger/service/http_server.cpp")}},
    Control{"SC-12", "Cryptographic keys are managed", Responsible::shared, Met::partly,
            "Data keys are wrapped by the customer's own KMS key and rotated or revoked by command; tokens and data keys come from "
            "the system's random source, and of tokens only a hash is kept.",
            "Keys of disks and of transport encryption are the operator's.", "Manage your KMS key, and the tokens you hold.",
            {command("creditfold keys"), command("creditfold tokens"), file("ledger/keyring/envelope.cpp"),
             file("ledger/edge/tokens.cpp")}},
    Control{"SC-13", "Cryptography is of an approved kind", Responsible::provider, Met::not_met,
            "Hashes, signatures and random numbers come from well-kept libraries (libsodium, OpenSSL); none is home-made.",
            "The libraries are not FIPS 140 validated modules.", "Nothing.",
            {file("ledger/edge/tokens.cpp"), file("ledger/edge/account_archive.cpp")}},
    Control{"SC-28", "Data at rest is protected", Responsible::provider, Met::partly,
            "The ledger holds volumes and opaque ids, never prompts or outputs; memos and reasons are sealed under the customer's "
            "key once one is enrolled; tokens lie in a file only its owner reads.",
            "The database itself is not encrypted here: that is the disk's, and the operator's to set up.",
            "Send opaque ids, and no personal or sensitive words in memos and reasons.",
            {file("events/store/sqlite.cpp"), file("ledger/keyring/envelope.cpp"), file("ledger/edge/tokens.cpp")}},
    Control{"SI-2", "Flaws are mended", Responsible::provider, Met::partly,
            "One command builds and tests the system from its source on a plain Debian.",
            "Installing updates of the system and its packages is the operator's.", "Nothing.",
            {file("scripts/build"), file("scripts/test")}},
    Control{"SI-4", "The system and its data are watched", Responsible::shared, Met::partly,
            "The service tells whether it lives and takes commands, and says on standard error what failed.",
            "It raises no alarms by itself.", "Watch your own consumption, grants and flags.",
            {endpoint("GET /healthz"), endpoint("GET /readyz"), endpoint("GET /v1/events"), file("ledger/service/log_line.cpp")}},
    Control{"SI-7", "Programs and data are what they were", Responsible::shared, Met::partly,
            "A verification decodes, folds and encodes everything again; a state has a fingerprint that the service, the "
            "command line and the browser find independently.",
            "The program itself is not signed.", "Compare fingerprints, above all after an incident.",
            {command("creditfold verify"), command("creditfold replay"), endpoint("GET /v1/ledger"), file("ledger/fingerprint.cpp")}},
    Control{"SI-10", "Input is checked", Responsible::provider, Met::met,
            "Commands are read strictly: unknown and repeated fields are refused, figures are bounded, text is UTF-8, and "
            "markings are looked for.",
            "", "Send what the schemas describe.",
            {file("ledger/json_command.cpp"), file("ledger/schemas/command.schema.json"), file("ledger/markings.cpp")}},
    Control{"SI-11", "Errors tell what helps and no more", Responsible::provider, Met::met,
            "A refusal names code, clause and the values that broke it; log lines hold no content of commands; what carries a "
            "classification marking is repeated nowhere.",
            "", "Nothing.", {file("ledger/refusal.hpp"), file("ledger/service/log_line.cpp"), file("ledger/service/reply.cpp")}},
    Control{"SI-12", "Information is kept and handed over by rule", Responsible::shared, Met::met,
            "Input and output of AI are never stored. Everything about an account can be exported by it in one call, with a "
            "manifest that common tools check.",
            "", "Export before you leave.",
            {command("creditfold export"), endpoint("GET /v1/accounts/{account}/export"), file("ledger/edge/account_archive.cpp")}},
};

}  // namespace

std::span<const Control> controls() { return control_table; }

}  // namespace creditfold::gov
