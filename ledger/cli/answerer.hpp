// SPDX-License-Identifier: Apache-2.0
// Where commands go: to the ledger in a data directory, or to the service that holds it. Both answer the same.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/catalog.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/lines.hpp"
#include "ledger/keyring/keyring.hpp"

namespace creditfold::cli {

// A service that is starting holds its directory before it can be reached, and a command line that ends lets go soon.
inline constexpr int holder_attempts_max = 15;
inline constexpr std::chrono::milliseconds holder_attempt_interval{100};

// There is no such account, where only a refusal could say so.
class UnknownAccount : public std::runtime_error {
 public:
  UnknownAccount() : std::runtime_error("unknown account") {}
};

class Answerer {
 public:
  virtual ~Answerer() = default;

  // One answer as a line of JSON (CONTRACT.md) for each command, in order. What is malformed is answered with its line.
  // REQUIRES: at most commands_per_group_max lines. Throws Fault; then the group may be sent again.
  [[nodiscard]] virtual std::vector<std::string> answer(std::span<const Line> commands) = 0;

  // Whether a key would do for the account, as JSON (key_check.hpp), without recording anything. Throws Fault;
  // UnknownAccount.
  [[nodiscard]] virtual std::string check_key(const AccountId& account, const std::optional<KeyArn>& key_arn) = 0;

  // The URL of the service that answers; nothing when this process does.
  [[nodiscard]] virtual std::optional<std::string> service() const = 0;
};

// `catalog_file`: nothing for the shipped one. A service decides by its own, and has a key service of its own. Throws
// Fault busy when another process that is no service holds the directory, UsageError for a catalog that is none.
[[nodiscard]] std::unique_ptr<Answerer> open_answerer(const std::filesystem::path& data,
                                                      const std::optional<std::string>& catalog_file,
                                                      const KeyServiceOptions& keys);

// The token to show the service that holds a directory: what it left for the directory's owner, else
// CREDITFOLD_TOKEN's.
[[nodiscard]] std::optional<std::string> token_for(const std::filesystem::path& data);

// A keyring for this process alone. Throws UsageError for a key service that is none.
[[nodiscard]] std::unique_ptr<keyring::Keyring> open_keyring(const std::filesystem::path& data,
                                                             const KeyServiceOptions& keys);

// The shipped catalog, or the one in a file. Throws UsageError with the line where a file is wrong.
[[nodiscard]] Catalog load_catalog(const std::optional<std::string>& file);
// The same with its text, read once.
struct CatalogWithText {
  Catalog catalog;
  std::string json;
};
[[nodiscard]] CatalogWithText load_catalog_with_text(const std::optional<std::string>& file);

}  // namespace creditfold::cli
