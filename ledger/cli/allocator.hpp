// SPDX-License-Identifier: Apache-2.0
// How malloc asks for memory. A fold looks accounts up at random: with pages of 2 MB, where the system gives them, it
// misses the processor's table of pages far less often than with those of 4 kB.
#pragma once

#ifdef CREDITFOLD_MIMALLOC
#include <mimalloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <memory>
#endif

namespace creditfold {

// To be called before much is allocated. What the system does not give in large pages comes in others.
inline void use_large_pages() {
#ifdef CREDITFOLD_MIMALLOC
  mi_option_enable(mi_option_large_os_pages);
  // The first segment was there before main: mimalloc's are so long, and begin at a multiple of it.
  constexpr std::uintptr_t segment = 32U << 20;
  const auto first = std::make_unique<char>();
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(first.get()) & ~(segment - 1);
  static_cast<void>(::madvise(reinterpret_cast<void*>(begin), segment, MADV_HUGEPAGE));
#endif
}

}  // namespace creditfold
