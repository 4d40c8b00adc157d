// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/secret.hpp"

#include <sodium.h>

#include <cstring>
#include <new>
#include <stdexcept>

#include "events/log.hpp"

namespace creditfold::keyring {

void start_sodium() {
  if (sodium_init() < 0) throw Fault(Fault::Kind::unavailable, "the cryptographic library could not be started");
}

Secret::Secret(std::size_t size) : size_(size) {
  start_sodium();
  bytes_.reset(static_cast<std::uint8_t*>(sodium_malloc(size)));
  if (!bytes_) throw std::bad_alloc();
  sodium_memzero(bytes_.get(), size);
}

void Secret::Free::operator()(std::uint8_t* bytes) const { sodium_free(bytes); }

bool SecretText::append(std::string_view piece) {
  if (piece.size() > memory_.size() - size_) return false;
  if (!piece.empty()) std::memcpy(memory_.data() + size_, piece.data(), piece.size());
  size_ += piece.size();
  return true;
}

void SecretText::append_base64(std::span<const std::uint8_t> bytes) {
  const std::size_t length = sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  if (length > memory_.size() - size_) throw std::length_error("a secret text is longer than was planned");
  char* to = reinterpret_cast<char*>(memory_.data() + size_);
  sodium_bin2base64(to, length, bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  size_ += length - 1;  // without the zero at its end
}

std::string base64_of(std::span<const std::uint8_t> bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

}  // namespace creditfold::keyring
