// SPDX-License-Identifier: Apache-2.0
// The answer of a check of a key, as the command line and the service give it.
#pragma once

#include <optional>
#include <string>

#include "ledger/keyring/keyring.hpp"

namespace creditfold::keyring {

// {"account","key_arn","key_service","usable":true}, or false with "code" and "what". Asks the key service, which may
// take seconds. `key_arn`: nothing for the account's present key; without one, null and "no_key".
[[nodiscard]] std::string key_check_json(Keyring& keyring, const AccountState& state,
                                         const std::optional<KeyArn>& key_arn, const std::string& vendor_aws_account);

}  // namespace creditfold::keyring
