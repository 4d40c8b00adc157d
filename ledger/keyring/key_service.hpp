// SPDX-License-Identifier: Apache-2.0
// The one interface to where customers' keys are kept. A key service never hands a key out: it encrypts and decrypts
// with it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "events/expected.hpp"
#include "events/vocabulary.hpp"
#include "ledger/keyring/secret.hpp"

namespace creditfold::keyring {

// Why a key service did not do what it was asked. `code` is its own word for it ("AccessDeniedException"), or ours
// where it said none ("unreachable", "timeout", "cancelled"). Neither holds anything else that it said.
struct KeyFault {
  std::string code;
  std::string what;       // a sentence
  bool may_pass = false;  // the service was down, slow or busy; the key itself was not refused
};

struct KeyDescription {
  std::string aws_account;
  bool enabled = false;
  std::string state;  // "Enabled", "Disabled", "PendingDeletion"
  std::string usage;  // "ENCRYPT_DECRYPT"
};

using Ciphertext = std::vector<std::uint8_t>;

// Safe from several threads. Calls wait for the service, with time-outs and a bounded number of attempts; none throws
// for what the service does.
class KeyService {
 public:
  virtual ~KeyService() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;  // "local", "aws-kms"

  // A ciphertext belongs to the key and to the account it was made for.
  [[nodiscard]] virtual Expected<Ciphertext, KeyFault> encrypt(const KeyArn& key, const AccountId& account,
                                                               const Secret& plain) = 0;
  [[nodiscard]] virtual Expected<Secret, KeyFault> decrypt(const KeyArn& key, const AccountId& account,
                                                           const Ciphertext& ciphertext) = 0;
  [[nodiscard]] virtual Expected<Ciphertext, KeyFault> re_encrypt(const KeyArn& from, const KeyArn& to,
                                                                  const AccountId& account,
                                                                  const Ciphertext& ciphertext) = 0;
  [[nodiscard]] virtual Expected<KeyDescription, KeyFault> describe(const KeyArn& key) = 0;

  // What is under way ends soon, with the code "cancelled".
  virtual void cancel() {}
};

}  // namespace creditfold::keyring
