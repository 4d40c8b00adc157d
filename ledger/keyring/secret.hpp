// SPDX-License-Identifier: Apache-2.0
// Memory for keys: locked, guarded, wiped when it goes (libsodium's sodium_malloc). Data keys live nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace creditfold::keyring {

// Makes libsodium ready; everything here calls it. Throws Fault when it cannot be.
void start_sodium();

// Fixed size, moved but never copied. Throws std::bad_alloc when no memory can be had.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::size_t size);  // zeroes

  [[nodiscard]] std::uint8_t* data() { return bytes_.get(); }
  [[nodiscard]] const std::uint8_t* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<std::uint8_t> span() { return {bytes_.get(), size_}; }
  [[nodiscard]] std::span<const std::uint8_t> span() const { return {bytes_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const;
  };
  std::unique_ptr<std::uint8_t, Free> bytes_;
  std::size_t size_ = 0;
};

// Text that holds a secret, grown in such memory up to a size fixed beforehand.
class SecretText {
 public:
  explicit SecretText(std::size_t bytes_max) : memory_(bytes_max) {}
  // false: it does not fit, and nothing was added.
  [[nodiscard]] bool append(std::string_view piece);
  void append_base64(std::span<const std::uint8_t> bytes);  // REQUIRES: fits
  [[nodiscard]] std::string_view view() const { return {reinterpret_cast<const char*>(memory_.data()), size_}; }

 private:
  Secret memory_;
  std::size_t size_ = 0;
};

[[nodiscard]] std::string base64_of(std::span<const std::uint8_t> bytes);

}  // namespace creditfold::keyring
