// SPDX-License-Identifier: Apache-2.0
#include "ledger/usage_lanes.hpp"

#include <array>
#include <cstring>

#ifdef __x86_64__
#define CREDITFOLD_VECTORS [[gnu::target("avx2")]]
#else
#define CREDITFOLD_VECTORS
#endif

namespace creditfold {
namespace {

using FourVolumes = std::uint32_t __attribute__((vector_size(16)));

template <class Vector>
CREDITFOLD_VECTORS inline void load_vector(Vector& vector, const void* from) {
  std::memcpy(&vector, from, sizeof vector);
}

}  // namespace

bool UsageLanes::are_there() {
#ifdef __x86_64__
  static const bool there = __builtin_cpu_supports("avx2") != 0;
  return there;
#else
  return true;
#endif
}

CREDITFOLD_VECTORS std::size_t UsageLanes::add(const Charges& of, std::size_t first, std::size_t end,
                                               std::size_t cells) {
  if (lanes_.size() < cells) lanes_.resize(cells);
  Lanes* const lanes = lanes_.data();
  std::size_t i = first;
  for (; i + 4 <= end; i += 4) {
    std::array<std::uint32_t, 4> cell{};  // as one more
    for (std::size_t k = 0; k < 4; ++k) cell[k] = of.cells[of.workflow[i + k]][of.model_number[of.model[i + k]]];
    if (cell[0] == 0 || cell[1] == 0 || cell[2] == 0 || cell[3] == 0) [[unlikely]] break;
    FourVolumes queries;
    FourVolumes inputs;
    FourVolumes outputs;
    Figures credits;
    load_vector(queries, of.query + i);
    load_vector(inputs, of.input + i);
    load_vector(outputs, of.output + i);
    load_vector(credits, of.credits + i);
    const Figures query = __builtin_convertvector(queries, Figures) + (std::int64_t{1} << query_bits);
    const Figures input = __builtin_convertvector(inputs, Figures);
    const Figures output = __builtin_convertvector(outputs, Figures);
    // Four columns become four charges.
    const Figures front_even = __builtin_shufflevector(query, input, 0, 4, 2, 6);
    const Figures front_odd = __builtin_shufflevector(query, input, 1, 5, 3, 7);
    const Figures back_even = __builtin_shufflevector(output, credits, 0, 4, 2, 6);
    const Figures back_odd = __builtin_shufflevector(output, credits, 1, 5, 3, 7);
    lanes[cell[0] - 1].sums += __builtin_shufflevector(front_even, back_even, 0, 1, 4, 5);
    lanes[cell[1] - 1].sums += __builtin_shufflevector(front_odd, back_odd, 0, 1, 4, 5);
    lanes[cell[2] - 1].sums += __builtin_shufflevector(front_even, back_even, 2, 3, 6, 7);
    lanes[cell[3] - 1].sums += __builtin_shufflevector(front_odd, back_odd, 2, 3, 6, 7);
  }
  return i;
}

void UsageLanes::empty_into(std::span<UsageTotals> totals) {
  constexpr std::int64_t query_mask = (std::int64_t{1} << query_bits) - 1;
  for (std::size_t cell = 0; cell < lanes_.size(); ++cell) {
    std::array<std::int64_t, 4> sums{};
    std::memcpy(sums.data(), &lanes_[cell], sizeof sums);
    const auto [query, input, output, credits] = sums;
    UsageTable::sum(totals[cell],
                    {query >> query_bits, Volume{query & query_mask}, Volume{input}, Volume{output}, Credits{credits}});
    lanes_[cell] = {};
  }
  charges_ = queries_ = 0;
}

}  // namespace creditfold
