// SPDX-License-Identifier: Apache-2.0
// Keys in AWS KMS, in the customer's own AWS account: the operations of its JSON API that wrapping a data key needs.
// The region is the key's, from its ARN; the account goes along as encryption context, so that a ciphertext is of use
// nowhere else, and shows in the customer's own audit trail.
#pragma once

#include "ledger/keyring/key_service.hpp"
#include "ledger/keyring/kms_channel.hpp"

namespace creditfold::keyring {

inline constexpr std::string_view kms_service_name = "aws-kms";

class KmsKeyService final : public KeyService {
 public:
  // Throws BadKeyService.
  KmsKeyService(AwsCredentials credentials, std::optional<std::string> endpoint)
      : channel_(std::move(credentials), std::move(endpoint)) {}

  [[nodiscard]] std::string_view name() const override { return kms_service_name; }
  [[nodiscard]] Expected<Ciphertext, KeyFault> encrypt(const KeyArn& key, const AccountId& account,
                                                       const Secret& plain) override;
  [[nodiscard]] Expected<Secret, KeyFault> decrypt(const KeyArn& key, const AccountId& account,
                                                   const Ciphertext& ciphertext) override;
  [[nodiscard]] Expected<Ciphertext, KeyFault> re_encrypt(const KeyArn& from, const KeyArn& to,
                                                          const AccountId& account,
                                                          const Ciphertext& ciphertext) override;
  [[nodiscard]] Expected<KeyDescription, KeyFault> describe(const KeyArn& key) override;
  void cancel() override { channel_.cancel(); }

 private:
  KmsChannel channel_;
};

}  // namespace creditfold::keyring
