// SPDX-License-Identifier: Apache-2.0
// One request to AWS KMS over HTTPS: signed (AWS Signature Version 4, by libcurl), timed, tried again where that can
// help, its answer kept in memory that is wiped. Knows nothing of what is asked.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/key_arn.hpp"
#include "ledger/keyring/key_service.hpp"

namespace creditfold::keyring {

// Where the service was told how to reach KMS wrongly: an endpoint that is none, no credentials.
class BadKeyService : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct AwsCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::optional<std::string> session_token;
};
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. Throws BadKeyService when the first two are not there.
[[nodiscard]] AwsCredentials credentials_of_environment();

class KmsChannel {
 public:
  // `endpoint`: a URL in place of the region's own; http:// only to loopback. Throws BadKeyService.
  KmsChannel(AwsCredentials credentials, std::optional<std::string> endpoint);

  // The answer's JSON. `operation`: "Encrypt". Waits, at most attempts_max times exchange_max and what lies between.
  [[nodiscard]] Expected<SecretText, KeyFault> call(const KeyArnParts& key, std::string_view operation,
                                                    std::string_view body);
  void cancel();
  [[nodiscard]] bool cancelled() const { return cancelled_.load(); }

 private:
  struct Exchange;
  [[nodiscard]] std::optional<std::string> url_of(const KeyArnParts& key) const;
  [[nodiscard]] std::optional<KeyFault> exchange(const std::string& url, const KeyArnParts& key,
                                                 std::string_view operation, std::string_view body, SecretText& answer);
  void wait_before(int attempt);

  AwsCredentials credentials_;
  std::optional<std::string> endpoint_;
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::condition_variable woken_;
};

}  // namespace creditfold::keyring
