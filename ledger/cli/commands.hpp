// SPDX-License-Identifier: Apache-2.0
// Every command of the command line: what it was asked, and the function that does it. Each has a file of its own. They
// throw Fault and UsageError, and answer the status the program ends with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/vocabulary.hpp"
#include "ledger/cli/exit_status.hpp"
#include "ledger/refusal.hpp"

namespace creditfold::cli {

// Whom a command is about that names no account: the one `serve --demo` makes.
inline constexpr const char* default_account = "demo";

// Which key service keeps customers' keys, as it was said.
struct KeyServiceOptions {
  std::optional<std::string>
      key_service;  // else CREDITFOLD_KEY_SERVICE; else local, where nobody beyond this machine asks
  std::optional<std::string> kms_endpoint;
};

struct ServeOptions : KeyServiceOptions {
  std::string data;
  std::string listen;
  std::optional<std::string> catalog;
  std::optional<std::string> web;
  std::optional<std::string> origin;
  bool demo = false;
  std::optional<std::int64_t> close_after_seconds;
  bool allow_remote = false;
  std::optional<std::string> reader_origin;
  bool debug = false;
};

struct ApplyOptions : KeyServiceOptions {
  std::string data;
  std::optional<std::string> catalog;
  std::string file = "-";
};

// Where the first call of an imported trace is put; the others keep their distance from it.
struct Starting {
  enum class Kind { automatic, original, moment };
  Kind kind = Kind::automatic;
  Instant moment;
};

struct ImportOptions {
  std::string data;
  std::optional<std::string> catalog;
  std::string format;
  AccountId account;
  std::optional<WorkflowId> workflow;  // else what the file says, else its name
  std::optional<ModelId> model;        // for uses whose model the file does not say
  Starting starting;
  bool json = false;
  std::string file;
};

struct BalanceOptions {
  std::string data;
  AccountId account;
  std::optional<Instant> at;
  std::optional<std::int64_t> as_of;
  bool json = false;
};

// What is asked about, as words: see read_why (ledger/explain.hpp).
struct ExplainOptions {
  std::string data;
  std::optional<AccountId> account;
  std::optional<std::string> lot;
  std::optional<std::string> usage;
  std::optional<std::string> line;
  std::optional<std::string> period;
  std::optional<std::string> workflow;
  std::optional<std::string> model;
  std::optional<std::string> refusal;  // a file
  std::optional<std::string> catalog;
  std::optional<std::int64_t> as_of;
  bool json = false;
};

struct InvoicesOptions {
  std::string data;
  AccountId account;
  std::optional<Instant> at;
  std::optional<std::int64_t> as_of;
  std::optional<std::string> format;
  bool json = false;
};

struct ExportOptions : KeyServiceOptions {
  std::string data;
  std::optional<std::string> catalog;
  std::optional<AccountId> account;
  std::optional<RegionId> region;
  std::string format;
  std::int64_t after = 0;
  std::optional<std::string> output;
};

struct KeysOptions : KeyServiceOptions {
  enum class Action { show, rotate, revoke, check, classes };
  std::string data;
  std::optional<std::string> catalog;
  AccountId account;
  Action action = Action::show;
  std::optional<KeyArn> key_arn;
  std::optional<std::string> reason;
  bool json = false;
};

struct ReplayOptions {
  std::string log;
  std::optional<RegionId> region;
  std::optional<std::int64_t> as_of;
  bool snapshot = false;
  bool json = false;
};

struct VerifyOptions {
  std::string log;
  std::optional<std::string> checkpoint;  // a file
  std::optional<std::string> key;
  bool json = false;
};

struct CheckpointOptions {
  std::string data;
  std::optional<RegionId> region;
  bool key = false;
  bool json = false;
};

// An event's inclusion (by account and version, or by seq), or that the log continues a checkpoint.
struct ProveOptions {
  std::string data;
  std::optional<AccountId> account;
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> seq;
  std::optional<std::string> from;  // a file
  std::optional<RegionId> region;
  bool json = false;
};

struct ConsentsOptions {
  std::string data;
  std::optional<std::string> catalog;
  AccountId account;
  std::optional<Instant> at;
  std::optional<std::int64_t> as_of;
  bool json = false;
};

struct EstimateOptions {
  std::string data;
  std::optional<std::string> catalog;
  AccountId account;
  std::optional<ModelId> model;
  std::int64_t query = 0;
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::optional<WorkflowId> workflow;
  std::optional<PlanId> plan;
  std::optional<ActorId> actor;
  std::optional<Instant> at;
  bool json = false;
};

struct SimulateOptions {
  std::string log;
  std::string scenario;  // a file
  std::optional<std::string> catalog;
  std::optional<AccountId> account;
  bool json = false;
};

// `creditfold gov matrix` and `creditfold gov attest`: for an account, or for the operator.
struct GovMatrixOptions {
  std::string data;
  std::optional<AccountId> account;
  bool by_operator = false;
  bool json = false;
};
struct GovAttestOptions {
  std::string data;
  std::optional<AccountId> account;
  bool json = false;
};

struct TokensCreateOptions {
  std::string data;
  std::optional<AccountId> account;
  bool for_operator = false;
  bool write = false;
  std::optional<Instant> expires_at;
  std::string label;
  bool json = false;
};
struct TokensListOptions {
  std::string data;
  bool json = false;
};
struct TokensRevokeOptions {
  std::string data;
  std::string id;
  bool json = false;
};

struct BackupOptions {
  std::string data;
  std::string to;
  bool json = false;
};
struct RestoreOptions {
  std::string data;
  std::string from;
  bool json = false;
};

struct MigrateOptions {
  std::string data;
  bool json = false;
};

struct AccountsOptions {
  std::string data;
  bool json = false;
};

struct DirectoryOptions {
  std::string data;
  std::string action;  // put, get, erase, list
  std::vector<std::string> words;
  bool json = false;
};

struct ClausesOptions {
  bool json = false;
};

struct VersionOptions {
  bool json = false;
};

using Options =
    std::variant<ServeOptions, ApplyOptions, ImportOptions, BalanceOptions, ExplainOptions, InvoicesOptions,
                 ExportOptions, ReplayOptions, VerifyOptions, AccountsOptions, DirectoryOptions, KeysOptions,
                 ClausesOptions, VersionOptions, ConsentsOptions, EstimateOptions, GovMatrixOptions, GovAttestOptions,
                 TokensCreateOptions, TokensListOptions, TokensRevokeOptions, CheckpointOptions, ProveOptions,
                 BackupOptions, RestoreOptions, MigrateOptions, SimulateOptions>;

[[nodiscard]] ExitStatus run(const ServeOptions& options);
[[nodiscard]] ExitStatus run(const ApplyOptions& options);
[[nodiscard]] ExitStatus run(const ImportOptions& options);
[[nodiscard]] ExitStatus run(const BalanceOptions& options);
[[nodiscard]] ExitStatus run(const ExplainOptions& options);
[[nodiscard]] ExitStatus run(const InvoicesOptions& options);
[[nodiscard]] ExitStatus run(const ExportOptions& options);
[[nodiscard]] ExitStatus run(const ReplayOptions& options);
[[nodiscard]] ExitStatus run(const VerifyOptions& options);
[[nodiscard]] ExitStatus run(const AccountsOptions& options);
[[nodiscard]] ExitStatus run(const DirectoryOptions& options);
[[nodiscard]] ExitStatus run(const KeysOptions& options);
[[nodiscard]] ExitStatus run(const ClausesOptions& options);
[[nodiscard]] ExitStatus run(const VersionOptions& options);
[[nodiscard]] ExitStatus run(const ConsentsOptions& options);
[[nodiscard]] ExitStatus run(const EstimateOptions& options);
[[nodiscard]] ExitStatus run(const GovMatrixOptions& options);
[[nodiscard]] ExitStatus run(const GovAttestOptions& options);
[[nodiscard]] ExitStatus run(const TokensCreateOptions& options);
[[nodiscard]] ExitStatus run(const TokensListOptions& options);
[[nodiscard]] ExitStatus run(const TokensRevokeOptions& options);
[[nodiscard]] ExitStatus run(const CheckpointOptions& options);
[[nodiscard]] ExitStatus run(const ProveOptions& options);
[[nodiscard]] ExitStatus run(const BackupOptions& options);
[[nodiscard]] ExitStatus run(const RestoreOptions& options);
[[nodiscard]] ExitStatus run(const MigrateOptions& options);
[[nodiscard]] ExitStatus run(const SimulateOptions& options);

// Says on standard error that there is no such account, and with `json` also the refusal on standard output. `then`:
// what was asked about is a part of the log, which may lie before the account was opened.
[[nodiscard]] ExitStatus refuse_unknown_account(const AccountId& account, bool json, bool then = false);
// An answer that refuses, for people: its sentence, then its code, clause and values.
[[nodiscard]] std::string refusal_text(std::string_view answer);
// The code of an answer that refuses; empty: it does not.
[[nodiscard]] std::string refused_code(std::string_view answer);
// Tells a refusal that was answered, and any other.
[[nodiscard]] ExitStatus tell_refused_answer(const std::string& answer, bool json);
[[nodiscard]] ExitStatus tell_refusal(const Refusal& refusal, bool json);

}  // namespace creditfold::cli
