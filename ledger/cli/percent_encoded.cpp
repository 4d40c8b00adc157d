// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/percent_encoded.hpp"

namespace creditfold::cli {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += plain.find(c) != std::string_view::npos ? std::string(1, c)
                                                       : std::string{'%', digits[byte >> 4U], digits[byte & 0xFU]};
  }
  return encoded;
}

}  // namespace creditfold::cli
