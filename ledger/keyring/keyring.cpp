// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/keyring.hpp"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "ledger/keyring/limits.hpp"

namespace creditfold::keyring {
namespace {

KeyFailure to_failure(const KeyFault& fault) { return {.vendors_key = false, .code = fault.code, .what = fault.what}; }

KeyFailure failure(std::string code, std::string what) {
  return {.vendors_key = false, .code = std::move(code), .what = std::move(what)};
}

KeyFault no_service() {
  return {.code = "no_key_service", .what = "No key service is configured; say --key-service.", .may_pass = false};
}

}  // namespace

class Keyring::Sealer final : public TextSealer {
 public:
  Sealer(Keyring& keyring, std::chrono::milliseconds wait) : keyring_(keyring), wait_(wait) {}

  std::optional<FreeText> seal(const AccountId& account, std::int64_t version, const CustomerKey& key,
                               const FreeText& plain) override {
    if (const SharedKey data_key = keyring_.find(account, key, {})) return data_key->seal(account, version, plain);
    const auto wrapping = parse_wrapping(key.wrapped_key);
    if (!wrapping) return std::nullopt;
    return seal_to(wrapping->public_key, account, version, plain);
  }
  std::optional<FreeText> open(const AccountId& account, std::int64_t version, const CustomerKey& key,
                               const FreeText& sealed) override {
    const SharedKey data_key = keyring_.find(account, key, wait_);
    return data_key ? data_key->open(account, version, sealed) : std::nullopt;
  }
  bool at_hand(const AccountId& account, const CustomerKey& key) override {
    return keyring_.find(account, key, {}) != nullptr;
  }
  void key_changed(const AccountId& account, const CustomerKey& key) override { keyring_.key_changed(account, key); }

 private:
  Keyring& keyring_;
  std::chrono::milliseconds wait_;
};

Keyring::Keyring(std::unique_ptr<KeyService> service) : service_(std::move(service)) { start_sodium(); }

Keyring::~Keyring() {
  cancel();
  for (std::thread& thread : threads_) thread.join();
}

void Keyring::cancel() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (service_) service_->cancel();
  changed_.notify_all();
}

std::unique_ptr<TextSealer> Keyring::sealer(std::chrono::milliseconds wait) {
  return std::make_unique<Sealer>(*this, wait);
}

// The data key if it is there, or comes within `wait`. Nobody waits for a key that others have waited for in vain.
Keyring::SharedKey Keyring::find(const AccountId& account, const CustomerKey& key, std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  Entry& entry = entries_[account];  // never removed: the reference holds while others write
  if (key.revoked || entry.revoked || !service_) return nullptr;
  const auto now = Clock::now();
  if (entry.key && now - entry.unwrapped_at >= data_key_life) entry.key.reset();
  if (!entry.key) {  // an enrolment under way seals its own reason
    const auto made = made_for(key.wrapped_key);
    if (made != pending_.end()) return made->second;
  }
  if (!entry.key || now - entry.unwrapped_at >= data_key_refresh) ask_for(account, key, entry);
  if (!entry.key && entry.asked && wait.count() > 0) {
    changed_.wait_until(lock, entry.asked_at + wait, [&] { return !entry.asked || stopping_; });
  }
  return entry.key;
}

// REQUIRES: mutex_ is held.
void Keyring::ask_for(const AccountId& account, const CustomerKey& key, Entry& entry) {
  const auto now = Clock::now();
  if (entry.asked || stopping_ || now < entry.paused_until) return;
  entry.asked = true;
  entry.asked_at = now;
  queue_.push_back({account, key});
  if (threads_.empty()) {
    for (std::size_t i = 0; i < unwrap_threads; ++i) threads_.emplace_back([this] { unwrap_asked(); });
  }
  changed_.notify_all();
}

void Keyring::unwrap_asked() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    const Asked asked = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    auto unwrapped = unwrap(asked.account, asked.key.key_arn, asked.key.wrapped_key);
    lock.lock();
    Entry& entry = entries_[asked.account];
    entry.asked = false;
    if (unwrapped) {
      entry.unwrapped_at = Clock::now();
      if (!entry.revoked) entry.key = std::move(*unwrapped);
    } else {
      entry.paused_until = Clock::now() + failure_pause;
      if (!unwrapped.error().may_pass) entry.key.reset();  // the customer said no: at once, not when its life ends
    }
    changed_.notify_all();
  }
}

Expected<Keyring::SharedKey, KeyFault> Keyring::unwrap(const AccountId& account, const KeyArn& key_arn,
                                                       const Bytes& wrapped) {
  const auto wrapping = parse_wrapping(wrapped);
  if (!wrapping) return Unexpected{KeyFault{"no_wrapping", "The account's wrapped key is none.", false}};
  auto opened = service_->decrypt(key_arn, account, wrapping->ciphertext);
  if (!opened) return Unexpected{opened.error()};
  if (opened->size() != data_key_bytes)
    return Unexpected{KeyFault{"another_key", "What was unwrapped is no data key.", false}};
  auto data_key = std::make_shared<const DataKey>(*opened);
  if (data_key->public_key() != wrapping->public_key) {
    return Unexpected{KeyFault{"another_key", "What was unwrapped is another data key.", false}};
  }
  return SharedKey(std::move(data_key));
}

Keyring::Pending::iterator Keyring::made_for(const Bytes& wrapped) {
  return std::find_if(pending_.begin(), pending_.end(), [&](const auto& one) { return one.first == wrapped; });
}

void Keyring::key_changed(const AccountId& account, const CustomerKey& key) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[account];
  const auto made = made_for(key.wrapped_key);
  if (key.revoked) {
    entry.revoked = true;
    entry.key.reset();
  } else if (made != pending_.end()) {
    entry.key = made->second;
    entry.unwrapped_at = Clock::now();
    entry.paused_until = {};
  }
  if (made != pending_.end()) pending_.erase(made);
}

void Keyring::remember(const Bytes& wrapped, SharedKey key) {
  const std::lock_guard lock(mutex_);
  pending_.emplace_back(wrapped, std::move(key));
  if (pending_.size() > pending_max) pending_.pop_front();
}

Provided Keyring::run(const Errand& errand) {
  if (const auto* unwrapping = std::get_if<UnwrapErrand>(&errand)) {
    static_cast<void>(find(unwrapping->account, unwrapping->key, errand_wait));
    return {};
  }
  return wrap(std::get<WrapErrand>(errand));
}

Provided Keyring::wrap(const WrapErrand& errand) {
  Provided provided;
  provided.key_failure = prove(errand.account, errand.key_arn, errand.vendor_aws_account);
  if (provided.key_failure) return provided;
  auto wrapped = errand.present ? rewrap(errand, *errand.present) : enroll(errand);
  if (!wrapped) {
    provided.key_failure = to_failure(wrapped.error());
    return provided;
  }
  WrappedKey key{.key_arn = errand.key_arn, .based_on = std::nullopt, .wrapped_key = std::move(*wrapped)};
  if (errand.present) key.based_on = errand.present->wrapped_key;
  provided.wrapped_key = std::move(key);
  return provided;
}

// EKM-1: the key is the customer's, is in use, and gives back what it was given.
std::optional<KeyFailure> Keyring::prove(const AccountId& account, const KeyArn& key_arn,
                                         const std::string& vendor_aws_account) {
  if (!service_) return to_failure(no_service());
  const auto described = service_->describe(key_arn);
  if (!described) return to_failure(described.error());
  if (described->aws_account == vendor_aws_account) {
    return KeyFailure{.vendors_key = true, .code = "vendors_key", .what = "The key is in the vendor's AWS account."};
  }
  if (!described->enabled) return failure("not_enabled", "The key is not enabled at the key service.");
  if (described->usage != "ENCRYPT_DECRYPT")
    return failure("not_for_encryption", "The key is not made for encryption.");
  Secret sent(data_key_bytes);
  randombytes_buf(sent.data(), sent.size());
  const auto encrypted = service_->encrypt(key_arn, account, sent);
  if (!encrypted) return to_failure(encrypted.error());
  const auto back = service_->decrypt(key_arn, account, *encrypted);
  if (!back) return to_failure(back.error());
  const bool same = back->size() == sent.size() && sodium_memcmp(back->data(), sent.data(), sent.size()) == 0;
  if (!same) return failure("round_trip", "The key did not give back what it was given.");
  return std::nullopt;
}

Expected<Bytes, KeyFault> Keyring::enroll(const WrapErrand& errand) {
  auto data_key = std::make_shared<const DataKey>(DataKey::make());
  auto ciphertext = service_->encrypt(errand.key_arn, errand.account, data_key->bytes());
  if (!ciphertext) return Unexpected{ciphertext.error()};
  const Bytes wrapped = to_bytes({.public_key = data_key->public_key(), .ciphertext = std::move(*ciphertext)});
  remember(wrapped, std::move(data_key));
  return wrapped;
}

// EKM-5: the same data key in another wrapping, which is opened once to see that it can be.
Expected<Bytes, KeyFault> Keyring::rewrap(const WrapErrand& errand, const CustomerKey& present) {
  auto wrapping = parse_wrapping(present.wrapped_key);
  if (!wrapping) return Unexpected{KeyFault{"no_wrapping", "The account's wrapped key is none.", false}};
  auto ciphertext = service_->re_encrypt(present.key_arn, errand.key_arn, errand.account, wrapping->ciphertext);
  if (!ciphertext) return Unexpected{ciphertext.error()};
  wrapping->ciphertext = std::move(*ciphertext);
  const Bytes wrapped = to_bytes(*wrapping);
  auto data_key = unwrap(errand.account, errand.key_arn, wrapped);
  if (!data_key) return Unexpected{data_key.error()};
  remember(wrapped, std::move(*data_key));
  return wrapped;
}

std::optional<KeyFailure> Keyring::check(const AccountId& account, const KeyArn& key_arn,
                                         const std::string& vendor_aws_account,
                                         const std::optional<CustomerKey>& present) {
  if (auto failed = prove(account, key_arn, vendor_aws_account)) return failed;
  if (!present || present->revoked || present->key_arn != key_arn) return std::nullopt;
  const auto unwrapped = unwrap(account, key_arn, present->wrapped_key);
  if (!unwrapped) return to_failure(unwrapped.error());
  return std::nullopt;
}

}  // namespace creditfold::keyring
