// SPDX-License-Identifier: Apache-2.0
// Packed numbers unpacked eight at a time with AVX2, where the processor has it: bytes shuffled to where each number
// is, then shifted and masked lane by lane (Lemire, Boytsov: "Decoding billions of integers per second through
// vectorization", Software: Practice and Experience, 2015).
#pragma once

#if defined(__x86_64__)
#define CREDITFOLD_UNPACK_AVX2 1
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace creditfold::detail {

// Shifted by up to seven bits, a number of so many lies in 32.
inline constexpr unsigned avx2_width_max = 25;
// Numbers and their step are multiplied as 32 bits each.
inline constexpr std::uint64_t avx2_step_max = 0xFFFF'FFFF;

// Of each half of eight numbers: which bytes its four lie in, and by how many bits they are to be shifted.
struct Avx2Spread {
  alignas(32) std::array<std::uint8_t, 32> bytes{};
  alignas(32) std::array<std::uint32_t, 8> bits{};
};

constexpr std::array<Avx2Spread, avx2_width_max + 1> avx2_spreads() {
  std::array<Avx2Spread, avx2_width_max + 1> spreads{};
  for (unsigned width = 1; width <= avx2_width_max; ++width) {
    for (unsigned i = 0; i < 8; ++i) {
      // The second half is read from the byte on in which it begins.
      const unsigned bit = i * width - (i < 4 ? 0 : 4 * width / 8 * 8);
      for (unsigned b = 0; b < 4; ++b) spreads[width].bytes[i * 4 + b] = static_cast<std::uint8_t>(bit / 8 + b);
      spreads[width].bits[i] = bit % 8;
    }
  }
  return spreads;
}
inline constexpr auto avx2_spread = avx2_spreads();

inline const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;

// How many bytes are read for eight numbers, of which `width` are theirs.
constexpr std::size_t avx2_bytes_read(unsigned width) { return 4 * width / 8 + 16; }

// Writes base + each number * step. REQUIRES: has_avx2, 0 < width <= avx2_width_max, step <= avx2_step_max, and behind
// the beginning of the last eight numbers lie avx2_bytes_read(width) bytes.
template <class Number>
[[gnu::target("avx2")]] void unpack_avx2(const char* bytes, unsigned width, std::size_t eights, Number base,
                                         Number step, Number* out) {
  const Avx2Spread& spread = avx2_spread[width];
  const __m256i places = _mm256_load_si256(reinterpret_cast<const __m256i*>(spread.bytes.data()));
  const __m256i shifts = _mm256_load_si256(reinterpret_cast<const __m256i*>(spread.bits.data()));
  const __m256i mask = _mm256_set1_epi32(static_cast<int>((1U << width) - 1));
  const std::size_t second = 4 * width / 8;
  for (; eights > 0; --eights, bytes += width, out += 8) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + second));
    const __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    const __m256i numbers = _mm256_and_si256(_mm256_srlv_epi32(_mm256_shuffle_epi8(both, places), shifts), mask);
    __m256i* const to = reinterpret_cast<__m256i*>(out);
    if constexpr (sizeof(Number) == sizeof(std::uint32_t)) {
      const __m256i scaled = _mm256_mullo_epi32(numbers, _mm256_set1_epi32(static_cast<int>(step)));
      _mm256_storeu_si256(to, _mm256_add_epi32(scaled, _mm256_set1_epi32(static_cast<int>(base))));
    } else {
      const __m256i bases = _mm256_set1_epi64x(static_cast<long long>(base));
      const __m256i steps = _mm256_set1_epi64x(static_cast<long long>(step));
      const __m256i first = _mm256_cvtepu32_epi64(_mm256_castsi256_si128(numbers));
      const __m256i last = _mm256_cvtepu32_epi64(_mm256_extracti128_si256(numbers, 1));
      _mm256_storeu_si256(to, _mm256_add_epi64(_mm256_mul_epu32(first, steps), bases));
      _mm256_storeu_si256(to + 1, _mm256_add_epi64(_mm256_mul_epu32(last, steps), bases));
    }
  }
}

}  // namespace creditfold::detail
#endif
