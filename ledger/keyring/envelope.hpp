// SPDX-License-Identifier: Apache-2.0
// The bytes of sealed texts and wrapped keys (events/FORMAT.md, "Sealed text"), made and opened with libsodium. Knows
// no key service and keeps nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "events/vocabulary.hpp"
#include "ledger/keyring/secret.hpp"

namespace creditfold::keyring {

inline constexpr std::size_t data_key_bytes = 32;

using PublicKey = std::array<std::uint8_t, 32>;

// An account's data key with what is derived from it.
class DataKey {
 public:
  [[nodiscard]] static DataKey make();       // fresh, from the system's randomness
  explicit DataKey(const Secret& data_key);  // REQUIRES: data_key_bytes

  [[nodiscard]] const Secret& bytes() const { return data_key_; }
  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }

  [[nodiscard]] FreeText seal(const AccountId& account, std::int64_t version, const FreeText& plain) const;
  // nullopt: not sealed with this key, or for another account or version, or changed.
  [[nodiscard]] std::optional<FreeText> open(const AccountId& account, std::int64_t version,
                                             const FreeText& sealed) const;

 private:
  [[nodiscard]] std::optional<FreeText> open_keyed(std::span<const std::uint8_t> body,
                                                   std::span<const std::uint8_t> place) const;
  [[nodiscard]] std::optional<FreeText> open_boxed(std::span<const std::uint8_t> body,
                                                   std::span<const std::uint8_t> place) const;

  Secret data_key_;
  Secret text_key_;
  Secret box_key_;
  PublicKey public_key_{};
};

// Without the data key: only its holder opens it.
[[nodiscard]] FreeText seal_to(const PublicKey& public_key, const AccountId& account, std::int64_t version,
                               const FreeText& plain);

// What KeyRotated.wrapped_key holds: 01, the public key, and what the key service made of the data key.
struct Wrapping {
  PublicKey public_key{};
  std::vector<std::uint8_t> ciphertext;
};
[[nodiscard]] Bytes to_bytes(const Wrapping& wrapping);
[[nodiscard]] std::optional<Wrapping> parse_wrapping(const Bytes& bytes);

}  // namespace creditfold::keyring
