// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/key_check.hpp"

#include "ledger/json_writer.hpp"

namespace creditfold::keyring {

std::optional<std::string> key_check_json(Keyring& keyring, const AccountState& state, const std::optional<KeyArn>& key_arn,
                                          const std::string& vendor_aws_account) {
  if (!key_arn && !state.key) return std::nullopt;
  const KeyArn asked = key_arn ? *key_arn : state.key->key_arn;
  const auto failed = keyring.check(state.account, asked, vendor_aws_account, state.key);
  JsonWriter out;
  out.open('{')
      .field("account", state.account)
      .field("key_arn", asked)
      .field("key_service", keyring.service_name())
      .field("usable", !failed);
  if (failed) out.field("code", std::string_view(failed->code)).field("what", std::string_view(failed->what));
  out.close('}');
  return out.take();
}

}  // namespace creditfold::keyring
