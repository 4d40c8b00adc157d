// SPDX-License-Identifier: Apache-2.0
// From the words of --key-service to a key service.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ledger/keyring/key_service.hpp"
#include "ledger/keyring/kms_channel.hpp"

namespace creditfold::keyring {

struct KeyServiceOptions {
  std::optional<std::string> service;   // "none", "local", "local:FILE", "aws-kms"; nothing: local where that may be
  std::optional<std::string> endpoint;  // of aws-kms
  std::filesystem::path data;           // where the local service keeps its file
  bool loopback_only = true;            // nobody beyond this machine is served
};

// nullptr: none. Throws BadKeyService for what is no key service, or the local one beyond loopback.
[[nodiscard]] std::unique_ptr<KeyService> open_key_service(const KeyServiceOptions& options);

}  // namespace creditfold::keyring
