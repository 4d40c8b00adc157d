// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/charges.hpp"

#include "events/archive.hpp"

namespace creditfold::forecast {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 16;
// An archive that writes makes room ahead; with so much more behind a block it never has to move it.
constexpr std::size_t room_bytes = 1024;

}  // namespace

void Charges::push(const Charge& charge) {
  if (blocks_.empty() || blocks_.back().bytes.size() >= block_bytes) {
    blocks_.emplace_back();
    blocks_.back().bytes.reserve(block_bytes + room_bytes);
  }
  Block& block = blocks_.back();
  append_with(block.bytes, [&](SpanOutputArchive& out) {
    out.put_varint(charge.series);
    for (const std::int64_t number : {charge.at.micros - block.last_micros, charge.use.query, charge.use.input,
                                      charge.use.output, charge.use.credits}) {
      out.put_varint(detail::zigzag(number));
    }
  });
  block.charges += 1;
  block.last_micros = charge.at.micros;
  size_ += 1;
}

}  // namespace creditfold::forecast
