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

namespace creditfold::cli {

struct ServeOptions {
  std::string data;
  std::string listen;
  std::optional<std::string> catalog;
  std::optional<std::string> web;
  bool demo = false;
  std::optional<std::int64_t> close_after_seconds;
  bool allow_remote = false;
  bool debug = false;
};

struct ApplyOptions {
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
  std::optional<WorkflowId> workflow;  // else the file's name
  ModelId model;
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

struct ExportOptions {
  std::string data;
  std::optional<AccountId> account;
  std::optional<RegionId> region;
  std::string format;
  std::int64_t after = 0;
  std::optional<std::string> output;
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

using Options = std::variant<ServeOptions, ApplyOptions, ImportOptions, BalanceOptions, ExportOptions, ReplayOptions,
                             VerifyOptions, AccountsOptions, DirectoryOptions, ClausesOptions, VersionOptions>;

[[nodiscard]] ExitStatus run(const ServeOptions& options);
[[nodiscard]] ExitStatus run(const ApplyOptions& options);
[[nodiscard]] ExitStatus run(const ImportOptions& options);
[[nodiscard]] ExitStatus run(const BalanceOptions& options);
[[nodiscard]] ExitStatus run(const ExportOptions& options);
[[nodiscard]] ExitStatus run(const ReplayOptions& options);
[[nodiscard]] ExitStatus run(const VerifyOptions& options);
[[nodiscard]] ExitStatus run(const AccountsOptions& options);
[[nodiscard]] ExitStatus run(const DirectoryOptions& options);
[[nodiscard]] ExitStatus run(const ClausesOptions& options);
[[nodiscard]] ExitStatus run(const VersionOptions& options);

// Says on standard error that there is no such account, and with `json` also the refusal on standard output. `then`:
// what was asked about is a part of the log, which may lie before the account was opened.
[[nodiscard]] ExitStatus refuse_unknown_account(const AccountId& account, bool json, bool then = false);

}  // namespace creditfold::cli
