// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/envelope.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace creditfold::keyring {
namespace {

static_assert(data_key_bytes == crypto_kdf_KEYBYTES);
static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES ==
              keyed_overhead_bytes - envelope_head_bytes);
static_assert(crypto_box_SEALBYTES + 1 + 1 + 8 == boxed_overhead_bytes_min - envelope_head_bytes);
static_assert(std::tuple_size_v<PublicKey> == crypto_box_PUBLICKEYBYTES);

// Stored: never change one.
constexpr char kdf_context[crypto_kdf_CONTEXTBYTES + 1] = "cfkeys01";
constexpr std::uint64_t text_subkey = 1;
constexpr std::uint64_t box_subkey = 2;
constexpr std::uint8_t wrapping_format = 1;

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

void must(int outcome, const char* what) {
  if (outcome != 0) throw std::logic_error(what);
}

// Which text this is: the account's id with its length, then the version in eight bytes, so that no two read alike.
std::vector<std::uint8_t> place_of(const AccountId& account, std::int64_t version) {
  std::vector<std::uint8_t> place;
  place.reserve(1 + account.value.size() + sizeof version);
  place.push_back(static_cast<std::uint8_t>(account.value.size()));
  place.insert(place.end(), account.value.begin(), account.value.end());
  for (int shift = 56; shift >= 0; shift -= 8) {
    place.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(version) >> shift));
  }
  return place;
}

const std::uint8_t* as_bytes(const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
std::uint8_t* as_bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

std::string envelope(char form, std::size_t body_bytes) {
  std::string bytes(envelope_head_bytes + body_bytes, '\0');
  bytes[0] = FreeText::sealed_mark;
  bytes[1] = form;
  return bytes;
}

// What was sealed was a text; what comes out is looked at all the same.
std::optional<FreeText> text_of(std::string opened) {
  const bool sealed = !opened.empty() && opened.front() == FreeText::sealed_mark;
  if (sealed || !FreeText::valid(opened)) return std::nullopt;
  return FreeText(std::move(opened));
}

}  // namespace

DataKey DataKey::make() {
  Secret fresh(data_key_bytes);
  randombytes_buf(fresh.data(), fresh.size());
  return DataKey(fresh);
}

DataKey::DataKey(const Secret& data_key)
    : data_key_(data_key_bytes),
      text_key_(crypto_aead_xchacha20poly1305_ietf_KEYBYTES),
      box_key_(crypto_box_SECRETKEYBYTES) {
  if (data_key.size() != data_key_bytes) throw std::logic_error("a data key of another length");
  std::copy(data_key.span().begin(), data_key.span().end(), data_key_.data());
  Secret seed(crypto_box_SEEDBYTES);
  must(crypto_kdf_derive_from_key(text_key_.data(), text_key_.size(), text_subkey, kdf_context, data_key_.data()),
       "kdf");
  must(crypto_kdf_derive_from_key(seed.data(), seed.size(), box_subkey, kdf_context, data_key_.data()), "kdf");
  must(crypto_box_seed_keypair(public_key_.data(), box_key_.data(), seed.data()), "box key pair");
}

FreeText DataKey::seal(const AccountId& account, std::int64_t version, const FreeText& plain) const {
  const auto place = place_of(account, version);
  std::string bytes = envelope(FreeText::keyed_form, nonce_bytes + plain.value.size() + tag_bytes);
  std::uint8_t* nonce = as_bytes(bytes) + envelope_head_bytes;
  randombytes_buf(nonce, nonce_bytes);
  must(crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + nonce_bytes, nullptr, as_bytes(plain.value),
                                                  plain.value.size(), place.data(), place.size(), nullptr, nonce,
                                                  text_key_.data()),
       "seal");
  return FreeText(std::move(bytes));
}

std::optional<FreeText> DataKey::open(const AccountId& account, std::int64_t version, const FreeText& sealed) const {
  if (!sealed.sealed() || !FreeText::valid(sealed.value)) return std::nullopt;
  const std::span<const std::uint8_t> body(as_bytes(sealed.value) + envelope_head_bytes,
                                           sealed.value.size() - envelope_head_bytes);
  const auto place = place_of(account, version);
  return sealed.value[1] == FreeText::keyed_form ? open_keyed(body, place) : open_boxed(body, place);
}

std::optional<FreeText> DataKey::open_keyed(std::span<const std::uint8_t> body,
                                            std::span<const std::uint8_t> place) const {
  const std::span<const std::uint8_t> sealed = body.subspan(nonce_bytes);
  std::string opened(sealed.size() - tag_bytes, '\0');
  const int failed =
      crypto_aead_xchacha20poly1305_ietf_decrypt(as_bytes(opened), nullptr, nullptr, sealed.data(), sealed.size(),
                                                 place.data(), place.size(), body.data(), text_key_.data());
  if (failed != 0) return std::nullopt;
  return text_of(std::move(opened));
}

std::optional<FreeText> DataKey::open_boxed(std::span<const std::uint8_t> body,
                                            std::span<const std::uint8_t> place) const {
  std::string opened(body.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(as_bytes(opened), body.data(), body.size(), public_key_.data(), box_key_.data()) != 0) {
    return std::nullopt;
  }
  if (opened.size() < place.size() || !std::equal(place.begin(), place.end(), as_bytes(opened))) return std::nullopt;
  return text_of(opened.substr(place.size()));
}

FreeText seal_to(const PublicKey& public_key, const AccountId& account, std::int64_t version, const FreeText& plain) {
  start_sodium();
  const auto place = place_of(account, version);
  std::string inside(place.begin(), place.end());
  inside += plain.value;
  std::string bytes = envelope(FreeText::boxed_form, crypto_box_SEALBYTES + inside.size());
  must(crypto_box_seal(as_bytes(bytes) + envelope_head_bytes, as_bytes(inside), inside.size(), public_key.data()),
       "seal");
  sodium_memzero(inside.data(), inside.size());
  return FreeText(std::move(bytes));
}

Bytes to_bytes(const Wrapping& wrapping) {
  Bytes bytes;
  bytes.value.reserve(1 + wrapping.public_key.size() + wrapping.ciphertext.size());
  bytes.value.push_back(wrapping_format);
  bytes.value.insert(bytes.value.end(), wrapping.public_key.begin(), wrapping.public_key.end());
  bytes.value.insert(bytes.value.end(), wrapping.ciphertext.begin(), wrapping.ciphertext.end());
  return bytes;
}

std::optional<Wrapping> parse_wrapping(const Bytes& bytes) {
  Wrapping wrapping;
  const std::size_t head = 1 + wrapping.public_key.size();
  if (bytes.value.size() <= head || bytes.value.front() != wrapping_format) return std::nullopt;
  std::copy_n(bytes.value.begin() + 1, wrapping.public_key.size(), wrapping.public_key.begin());
  wrapping.ciphertext.assign(bytes.value.begin() + static_cast<std::ptrdiff_t>(head), bytes.value.end());
  return wrapping;
}

}  // namespace creditfold::keyring
