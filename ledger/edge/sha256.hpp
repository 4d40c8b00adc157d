// SPDX-License-Identifier: Apache-2.0
// SHA-256 of a file's bytes as they pass, by libsodium, in the form that `sha256sum` prints.
#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace creditfold::edge {

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }

  void add(std::string_view piece) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(piece.data()), piece.size());
    bytes_ += static_cast<std::int64_t>(piece.size());
  }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }
  // 64 lower-case hex digits. Call once, after the last piece.
  [[nodiscard]] std::string hex() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state_, hash.data());
    std::array<char, 2 * crypto_hash_sha256_BYTES + 1> text{};
    sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
    return text.data();
  }

 private:
  crypto_hash_sha256_state state_{};
  std::int64_t bytes_ = 0;
};

}  // namespace creditfold::edge
