// SPDX-License-Identifier: Apache-2.0
// Usage summed four figures at once with AVX2, where the processor has it: a charge is one vector, and adding it to its cell
// one load, one addition and one store. The sums go to the table's totals before anybody asks for them.
#pragma once

#if defined(__x86_64__)
#define CREDITFOLD_USAGE_LANES 1
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ledger/usage_table.hpp"

namespace creditfold {

class UsageLanes {
 public:
  // A segment's charges, as many in each column. Workflows and models by their numbers in the segment.
  struct Charges {
    const std::uint32_t* workflow;
    const std::uint32_t* model;
    const std::uint32_t* query;
    const std::uint32_t* input;
    const std::uint32_t* output;
    const std::int64_t* credits;
    const std::uint32_t* const* cells;  // of each workflow: UsageTable::row
    const std::uint32_t* model_number;
  };

  [[nodiscard]] static bool are_there() { return there_; }

  // Whether so many charges with queries of no more than that can be added. false: `empty_into` makes room, if there ever is.
  [[nodiscard]] bool has_room(std::uint64_t charges, std::uint64_t query) const {
    std::uint64_t queries = 0;
    return charges <= charges_max - charges_ && !__builtin_mul_overflow(charges, query, &queries) &&
           queries <= queries_max - queries_;
  }
  // REQUIRES: has_room.
  void use_room(std::uint64_t charges, std::uint64_t query) {
    charges_ += charges;
    queries_ += charges * query;
  }

  // Adds charges from `first` on, four at a time, until fewer are left or one has no cell yet; returns how far it came.
  // REQUIRES: are_there; room for them was used; no sum of another figure leaves 64 bits.
  [[nodiscard, gnu::target("avx2")]] std::size_t add(const Charges& of, std::size_t first, std::size_t end, std::size_t cells) {
    if (lanes_.size() < cells) lanes_.resize(cells);
    Lanes* const lanes = lanes_.data() - 1;  // cells are told as one more
    const __m256i one = _mm256_set1_epi64x(1LL << query_bits);
    std::size_t i = first;
    for (; i + 4 <= end; i += 4) {
      std::array<std::uint32_t, 4> cell;
      for (std::size_t k = 0; k < 4; ++k) cell[k] = of.cells[of.workflow[i + k]][of.model_number[of.model[i + k]]];
      if (cell[0] == 0 || cell[1] == 0 || cell[2] == 0 || cell[3] == 0) [[unlikely]] break;
      const __m256i query = _mm256_add_epi64(widened(of.query + i), one);
      const __m256i input = widened(of.input + i);
      const __m256i output = widened(of.output + i);
      const __m256i credits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(of.credits + i));
      // Four columns become four charges.
      const __m256i front_even = _mm256_unpacklo_epi64(query, input);
      const __m256i front_odd = _mm256_unpackhi_epi64(query, input);
      const __m256i back_even = _mm256_unpacklo_epi64(output, credits);
      const __m256i back_odd = _mm256_unpackhi_epi64(output, credits);
      add_to(lanes[cell[0]], _mm256_permute2x128_si256(front_even, back_even, 0x20));
      add_to(lanes[cell[1]], _mm256_permute2x128_si256(front_odd, back_odd, 0x20));
      add_to(lanes[cell[2]], _mm256_permute2x128_si256(front_even, back_even, 0x31));
      add_to(lanes[cell[3]], _mm256_permute2x128_si256(front_odd, back_odd, 0x31));
    }
    return i;
  }

  // Adds all sums to the totals, and begins anew. Throws Overflow.
  void empty_into(std::span<UsageTotals> totals) {
    constexpr std::int64_t query_mask = (std::int64_t{1} << query_bits) - 1;
    for (std::size_t cell = 0; cell < lanes_.size(); ++cell) {
      const auto [query, input, output, credits] = lanes_[cell].sums;
      UsageTable::sum(totals[cell], {query >> query_bits, Volume{query & query_mask}, Volume{input}, Volume{output}, Credits{credits}});
      lanes_[cell] = {};
    }
    charges_ = queries_ = 0;
  }

 private:
  // Of queries, with how many charges above them; of inputs, outputs and credits.
  struct alignas(32) Lanes {
    std::array<std::int64_t, 4> sums{};
  };
  static constexpr int query_bits = 44;
  static constexpr std::uint64_t queries_max = (std::uint64_t{1} << query_bits) - 1;
  static constexpr std::uint64_t charges_max = (std::uint64_t{1} << (63 - query_bits)) - 1;
  inline static const bool there_ = __builtin_cpu_supports("avx2") != 0;

  [[gnu::target("avx2"), gnu::always_inline]] static __m256i widened(const std::uint32_t* four) {
    return _mm256_cvtepu32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(four)));
  }
  [[gnu::target("avx2"), gnu::always_inline]] static void add_to(Lanes& lanes, __m256i charge) {
    __m256i* const at = reinterpret_cast<__m256i*>(&lanes);
    _mm256_store_si256(at, _mm256_add_epi64(_mm256_load_si256(at), charge));
  }

  std::vector<Lanes> lanes_;  // by cell
  std::uint64_t charges_ = 0;  // none of the sums has more, nor more of queries
  std::uint64_t queries_ = 0;
};

}  // namespace creditfold
#endif
