// SPDX-License-Identifier: Apache-2.0
// Opens sealed text for a command that reads a data directory by itself. Asks the key service only when there is
// something to open, and for each account once.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "events/log.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/keyring/keyring.hpp"

namespace creditfold::cli {

class TextOpener {
 public:
  // `log` must outlive it. Throws UsageError for a key service that is none.
  TextOpener(const Log& log, const std::filesystem::path& data, const KeyServiceOptions& keys);

  // true: a text was sealed and is open now. By the key the account has at the end of the log.
  bool open(Event& event);

 private:
  [[nodiscard]] const std::optional<CustomerKey>& key_of(const AccountId& account);

  const Log& log_;
  std::unique_ptr<keyring::Keyring> keyring_;
  std::unique_ptr<TextSealer> sealer_;
  std::map<AccountId, std::optional<CustomerKey>> keys_;
};

}  // namespace creditfold::cli
