// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/charges.hpp"

#include "events/archive.hpp"

namespace creditfold::forecast {
namespace {

constexpr std::size_t varint_bytes_max = 10;
constexpr std::size_t charge_bytes_max = 6 * varint_bytes_max;

// LEB128 as the archives read it; straight into the block, as one that may grow costs a fifth of all learning.
std::uint8_t* put(std::uint8_t* at, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<std::uint8_t>(value | 0x80);
  *at++ = static_cast<std::uint8_t>(value);
  return at;
}

}  // namespace

void Charges::push(const Charge& charge) {
  if (blocks_.empty() || blocks_.back().size + charge_bytes_max > block_bytes) blocks_.emplace_back();
  Block& block = blocks_.back();
  std::uint8_t* const begin = block.bytes.get() + block.size;
  std::uint8_t* at = put(begin, charge.series);
  for (const std::int64_t number : {charge.at.micros - block.last_micros, charge.use.query, charge.use.input,
                                    charge.use.output, charge.use.credits}) {
    at = put(at, detail::zigzag(number));
  }
  block.size += static_cast<std::size_t>(at - begin);
  block.charges += 1;
  block.last_micros = charge.at.micros;
  size_ += 1;
}

}  // namespace creditfold::forecast
