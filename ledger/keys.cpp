// SPDX-License-Identifier: Apache-2.0
#include "ledger/keys.hpp"

#include "ledger/key_arn.hpp"
#include "ledger/seats.hpp"

namespace creditfold::keys {
namespace {

std::optional<Bytes> wrapped_now(const AccountState& state) {
  if (!state.key) return std::nullopt;
  return state.key->wrapped_key;
}

std::optional<Refusal> require_product(Draft& draft) {
  if (seats::term_in_force(draft.state(), ProductId(product), draft.at()) != nullptr) return std::nullopt;
  return Refusal{RefusalCode::product_required,
                 "EKM-1",
                 "Key commands need the Enterprise Key Management add-on in force.",
                 {{"product", std::string(product)}, {"at", to_text(draft.at())}}};
}

Refusal not_customers(const KeyArn& key_arn, std::string_view account) {
  return {RefusalCode::key_not_customers,
          "EKM-1",
          "The key is in the vendor's AWS account; it must be in the customer's own.",
          {{"key_arn", key_arn.value}, {"aws_account", std::string(account)}}};
}

Refusal revoked(const CustomerKey& key) {
  return {RefusalCode::key_revoked,
          "EKM-5",
          "The key was revoked, and with it the data key is gone for good.",
          {{"key_arn", key.key_arn.value}}};
}

Refusal unusable(const KeyArn& key_arn, std::string what, std::string code = {}) {
  Refusal refusal{RefusalCode::key_unusable, "EKM-1", std::move(what), {{"key_arn", key_arn.value}}};
  if (!code.empty()) refusal.details.emplace_back("key_service", std::move(code));
  return refusal;
}

}  // namespace

// A selection may lack the change before; each change says by itself what the key is from then on.
void evolve(AccountState& state, const KeyRotated& fact, Folding folding) {
  const auto present = state.key ? std::optional(state.key->key_arn) : std::nullopt;
  if (folding != Folding::selection) {
    require(!state.key || !state.key->revoked, "a key is rotated after it was revoked");
    require(fact.previous == present, "a key is rotated from another than the account's");
  }
  state.key = CustomerKey{.key_arn = fact.key_arn, .wrapped_key = fact.wrapped_key, .revoked = false};
}

void evolve(AccountState& state, const KeyRevoked& fact, Folding folding) {
  const bool has_it = state.key && !state.key->revoked && state.key->key_arn == fact.key_arn;
  require(has_it || folding == Folding::selection, "a key is revoked that the account does not have");
  if (!has_it) state.key = CustomerKey{.key_arn = fact.key_arn, .wrapped_key = {}, .revoked = true};
  state.key->revoked = true;
}

std::optional<Refusal> decide(Draft& draft, const RotateKey& command, const Catalog& catalog,
                              const Provided& provided) {
  if (auto refusal = require_product(draft)) return refusal;
  const auto arn = parse_key_arn(command.key_arn.value);
  if (arn && arn->account == catalog.vendor_aws_account) return not_customers(command.key_arn, arn->account);
  const AccountState& state = draft.state();
  if (state.key && state.key->revoked) return revoked(*state.key);
  if (provided.key_failure && provided.key_failure->vendors_key) {
    return not_customers(command.key_arn, catalog.vendor_aws_account);
  }
  if (provided.key_failure) return unusable(command.key_arn, provided.key_failure->what, provided.key_failure->code);
  const std::optional<WrappedKey>& wrapped = provided.wrapped_key;
  if (!wrapped || wrapped->key_arn != command.key_arn) {
    return unusable(command.key_arn, "No key service has proved this key.", "not_asked");
  }
  if (wrapped->based_on != wrapped_now(state)) {
    return unusable(command.key_arn, "The account's key changed while this one was being proved; send it again.",
                    "changed");
  }
  draft.emit(KeyRotated{.key_arn = command.key_arn,
                        .previous = state.key ? std::optional(state.key->key_arn) : std::nullopt,
                        .wrapped_key = wrapped->wrapped_key,
                        .reason = to_free_text(command.reason)});
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const RevokeKey& command) {
  if (auto refusal = require_product(draft)) return refusal;
  const AccountState& state = draft.state();
  if (!state.key) {
    return Refusal{
        RefusalCode::key_unusable, "EKM-1", "The account has no key to revoke.", {{"account", state.account.value}}};
  }
  if (state.key->revoked) return revoked(*state.key);
  draft.emit(KeyRevoked{.key_arn = state.key->key_arn, .reason = to_free_text(command.reason)});
  return std::nullopt;
}

WrapErrand errand_of(const AccountState& state, const RotateKey& command, const Catalog& catalog) {
  return {.account = state.account,
          .key_arn = command.key_arn,
          .vendor_aws_account = catalog.vendor_aws_account,
          .present = state.key};
}

Provided assumed(const AccountState& state, const RotateKey& command) {
  return {.wrapped_key = WrappedKey{.key_arn = command.key_arn, .based_on = wrapped_now(state), .wrapped_key = {}},
          .key_failure = std::nullopt};
}

}  // namespace creditfold::keys
