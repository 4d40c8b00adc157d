// SPDX-License-Identifier: Apache-2.0
// The data keys of accounts, unwrapped for a while, over one key service: runs the ledger's errands to it, seals and
// opens free text. What writes never waits for the key service: without the data key it seals to the public key.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ledger/keyring/envelope.hpp"
#include "ledger/keyring/key_service.hpp"
#include "ledger/outside.hpp"
#include "ledger/sealing.hpp"

namespace creditfold::keyring {

class Keyring final : public Outside {
 public:
  // Without a service nothing can be enrolled or opened; sealing to a public key needs none.
  explicit Keyring(std::unique_ptr<KeyService> service);
  ~Keyring() override;
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  [[nodiscard]] Provided run(const Errand& errand) override;
  // Nothing is asked of the key service any more, and what is under way ends soon.
  void cancel() override;

  // One that waits this long for a data key when it opens: 0 for those who write. The keyring must outlive it.
  [[nodiscard]] std::unique_ptr<TextSealer> sealer(std::chrono::milliseconds wait);

  // EKM-1 without recording anything: the key's description, a round trip, and for the account's present key that it
  // opens the data key. nullopt: all is well.
  [[nodiscard]] std::optional<KeyFailure> check(const AccountId& account, const KeyArn& key_arn,
                                                const std::string& vendor_aws_account,
                                                const std::optional<CustomerKey>& present);
  [[nodiscard]] std::string_view service_name() const { return service_ ? service_->name() : "none"; }

 private:
  using Clock = std::chrono::steady_clock;
  using SharedKey = std::shared_ptr<const DataKey>;
  struct Entry {
    SharedKey key;
    Clock::time_point unwrapped_at{};
    bool asked = false;  // waits for a thread, or is with the key service
    Clock::time_point asked_at{};
    Clock::time_point paused_until{};
    bool revoked = false;  // for good
  };
  struct Asked {
    AccountId account;
    CustomerKey key;
  };
  using Pending = std::deque<std::pair<Bytes, SharedKey>>;
  class Sealer;

  [[nodiscard]] SharedKey find(const AccountId& account, const CustomerKey& key, std::chrono::milliseconds wait);
  [[nodiscard]] Pending::iterator made_for(const Bytes& wrapped);
  void ask_for(const AccountId& account, const CustomerKey& key, Entry& entry);
  void key_changed(const AccountId& account, const CustomerKey& key);
  void unwrap_asked();
  [[nodiscard]] Expected<SharedKey, KeyFault> unwrap(const AccountId& account, const KeyArn& key_arn,
                                                     const Bytes& wrapped);
  [[nodiscard]] std::optional<KeyFailure> prove(const AccountId& account, const KeyArn& key_arn,
                                                const std::string& vendor_aws_account);
  [[nodiscard]] Expected<Bytes, KeyFault> enroll(const WrapErrand& errand);
  [[nodiscard]] Expected<Bytes, KeyFault> rewrap(const WrapErrand& errand, const CustomerKey& present);
  [[nodiscard]] Provided wrap(const WrapErrand& errand);
  void remember(const Bytes& wrapped, SharedKey key);

  std::unique_ptr<KeyService> service_;
  std::mutex mutex_;  // everything below
  std::condition_variable changed_;
  std::map<AccountId, Entry> entries_;
  std::deque<Asked> queue_;
  Pending pending_;  // wrapped, but not yet an account's
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // started when something is first asked
};

}  // namespace creditfold::keyring
