// SPDX-License-Identifier: Apache-2.0
#include "events/store/stream_digest.hpp"

#include <sodium.h>

#include "events/codec.hpp"

namespace creditfold {

struct StreamDigest::State {
  crypto_hash_sha256_state hash;
};

StreamDigest::StreamDigest() : state_(std::make_unique<State>()) {
  if (sodium_init() < 0) throw Fault(Fault::Kind::unavailable, "libsodium cannot be used on this machine");
  crypto_hash_sha256_init(&state_->hash);
}

StreamDigest::~StreamDigest() = default;
StreamDigest::StreamDigest(StreamDigest&&) noexcept = default;
StreamDigest& StreamDigest::operator=(StreamDigest&&) noexcept = default;

void StreamDigest::add(const Event& event) {
  bytes_.clear();
  encode_event(event, bytes_);
  crypto_hash_sha256_update(&state_->hash, bytes_.data(), bytes_.size());
  ++events_;
}

Copied StreamDigest::copied() const {
  crypto_hash_sha256_state so_far = state_->hash;
  Copied copied{events_, {}};
  copied.hash.value.resize(crypto_hash_sha256_BYTES);
  crypto_hash_sha256_final(&so_far, copied.hash.value.data());
  return copied;
}

Copied digest_of_stream(const Log& log, const AccountId& account, std::int64_t events) {
  StreamDigest digest;
  log.read_account(account, 0, -1, [&](Event&& event) {
    if (digest.events() < events) digest.add(event);
    return digest.events() < events;
  });
  return digest.copied();
}

}  // namespace creditfold
