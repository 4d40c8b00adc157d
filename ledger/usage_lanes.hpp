// SPDX-License-Identifier: Apache-2.0
// Usage summed four figures at once, with AVX2 where the processor has it and with WebAssembly's vectors: a charge is
// one vector, and adding it to its cell one addition. The sums go to the table's totals before anybody asks for them.
#pragma once

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

  // false: the processor has no such vectors, and charges are to be summed one figure after the other.
  [[nodiscard]] static bool are_there();

  // Whether so many charges with queries of no more than that can be added. false: `empty_into` makes room, if there
  // ever is.
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
  [[nodiscard]] std::size_t add(const Charges& of, std::size_t first, std::size_t end, std::size_t cells);
  // Adds all sums to the totals, and begins anew. Throws Overflow.
  void empty_into(std::span<UsageTotals> totals);

 private:
  using Figures = std::int64_t __attribute__((vector_size(32)));
  // Of queries, with how many charges above them; of inputs, outputs and credits.
  struct Lanes {
    Figures sums{};
  };
  static constexpr int query_bits = 44;
  static constexpr std::uint64_t queries_max = (std::uint64_t{1} << query_bits) - 1;
  static constexpr std::uint64_t charges_max = (std::uint64_t{1} << (63 - query_bits)) - 1;

  std::vector<Lanes> lanes_;   // by cell
  std::uint64_t charges_ = 0;  // none of the sums has more, nor more of queries
  std::uint64_t queries_ = 0;
};

}  // namespace creditfold
