// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/key_check.hpp"

#include "ledger/json_writer.hpp"

namespace creditfold::keyring {

std::string key_check_json(Keyring& keyring, const AccountState& state, const std::optional<KeyArn>& key_arn,
                           const std::string& vendor_aws_account) {
  std::optional<KeyArn> asked = key_arn;
  if (!asked && state.key) asked = state.key->key_arn;
  std::optional<KeyFailure> failed =
      KeyFailure{.vendors_key = false, .code = "no_key", .what = "The account has no key of its own; name one."};
  if (asked) failed = keyring.check(state.account, *asked, vendor_aws_account, state.key);
  JsonWriter out;
  out.open('{').field("account", state.account).key("key_arn");
  if (asked) {
    out.write(*asked);
  } else {
    out.write_null();
  }
  out.field("key_service", keyring.service_name()).field("usable", !failed);
  if (failed) out.field("code", std::string_view(failed->code)).field("what", std::string_view(failed->what));
  out.close('}');
  return out.take();
}

}  // namespace creditfold::keyring
