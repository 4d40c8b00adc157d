// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/open_key_service.hpp"

#include "ledger/keyring/kms_key_service.hpp"
#include "ledger/keyring/local_key_service.hpp"

namespace creditfold::keyring {

std::unique_ptr<KeyService> open_key_service(const KeyServiceOptions& options) {
  constexpr std::string_view local_file = "local:";
  const std::string service = options.service.value_or(options.loopback_only ? "local" : "none");
  if (options.endpoint && service != kms_service_name) {
    throw BadKeyService("--kms-endpoint goes with --key-service aws-kms");
  }
  if (service == "none") return nullptr;
  if (service == kms_service_name) {
    return std::make_unique<KmsKeyService>(credentials_of_environment(), options.endpoint);
  }
  const bool named = service.starts_with(local_file) && service.size() > local_file.size();
  if (service != local_service_name && !named) {
    throw BadKeyService("--key-service " + service + " is not known; there are none, local, local:FILE and aws-kms");
  }
  if (!options.loopback_only) {
    throw BadKeyService(
        "--key-service local keeps customers' keys in a file on this machine, which is for development; it "
        "is not used by a service that listens beyond it. Say --key-service aws-kms");
  }
  return std::make_unique<LocalKeyService>(named ? std::filesystem::path(service.substr(local_file.size()))
                                                 : options.data / local_key_file);
}

}  // namespace creditfold::keyring
