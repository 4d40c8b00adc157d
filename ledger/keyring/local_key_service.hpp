// SPDX-License-Identifier: Apache-2.0
// A key service in a file, for development: every ARN is a key, derived from the one secret in the file. Whoever has
// the file has all keys, so nothing but loopback may be served with it.
#pragma once

#include <filesystem>
#include <mutex>

#include "ledger/keyring/key_service.hpp"

namespace creditfold::keyring {

inline constexpr std::string_view local_service_name = "local";
// Where the file lies in a data directory when no other place is named.
inline constexpr std::string_view local_key_file = "local-keys";

class LocalKeyService final : public KeyService {
 public:
  // The file is made, readable for its owner only, when something is first encrypted.
  explicit LocalKeyService(std::filesystem::path file) : file_(std::move(file)) {}

  [[nodiscard]] std::string_view name() const override { return local_service_name; }
  [[nodiscard]] Expected<Ciphertext, KeyFault> encrypt(const KeyArn& key, const AccountId& account,
                                                       const Secret& plain) override;
  [[nodiscard]] Expected<Secret, KeyFault> decrypt(const KeyArn& key, const AccountId& account,
                                                   const Ciphertext& ciphertext) override;
  [[nodiscard]] Expected<Ciphertext, KeyFault> re_encrypt(const KeyArn& from, const KeyArn& to,
                                                          const AccountId& account,
                                                          const Ciphertext& ciphertext) override;
  [[nodiscard]] Expected<KeyDescription, KeyFault> describe(const KeyArn& key) override;

 private:
  [[nodiscard]] Expected<Secret, KeyFault> key_of(const KeyArn& key, bool make);

  std::filesystem::path file_;
  std::mutex mutex_;  // one makes the file
};

}  // namespace creditfold::keyring
