// SPDX-License-Identifier: Apache-2.0
// Stored bytes of grants and closes that were read and found right, by what they were right for. Accounts that started
// the same plan at the same moment are granted the same in the same period, byte for byte, and their closes begin
// alike: so most of both are compared and never read. A table of fixed size; what does not fit is read.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace creditfold {

class KnownFields {
 public:
  enum class Of : std::uint8_t { nothing, allotment, close };

  // How many bytes of `fields` are known to be right for this period of these terms; 0: they were never seen.
  [[nodiscard]] std::size_t known(Of of, std::uint32_t terms, std::int32_t period, std::string_view fields) const {
    if (entries_.empty()) return 0;
    const Entry& entry = entries_[place_of(of, terms, period)];
    const bool same = entry.of == of && entry.terms == terms && entry.period == period && entry.size <= fields.size() &&
                      std::memcmp(entry.bytes.data(), fields.data(), entry.size) == 0;
    return same ? entry.size : 0;
  }

  // Takes the place of what was there.
  void keep(Of of, std::uint32_t terms, std::int32_t period, std::string_view fields) {
    if (entries_.empty()) entries_.resize(places);
    Entry& entry = entries_[place_of(of, terms, period)];
    if (fields.size() > entry.bytes.size()) return;
    entry.of = of;
    entry.terms = terms;
    entry.period = period;
    entry.size = static_cast<std::uint8_t>(fields.size());
    std::memcpy(entry.bytes.data(), fields.data(), fields.size());
  }

  [[nodiscard]] std::size_t bytes() const { return entries_.size() * sizeof(Entry); }

 private:
  static constexpr std::size_t places = 1'024;

  struct alignas(64) Entry {
    std::uint32_t terms = 0;
    std::int32_t period = 0;
    Of of = Of::nothing;
    std::uint8_t size = 0;
    std::array<char, 118> bytes{};
  };
  static_assert(sizeof(Entry) == 128);

  [[nodiscard]] static std::size_t place_of(Of of, std::uint32_t terms, std::int32_t period) {
    const std::uint32_t which = (terms << 7) + (static_cast<std::uint32_t>(period) << 1) + (of == Of::close ? 1U : 0U);
    return (which * 0x9E37'79B1U) >> 22;
  }
  static_assert(places == std::size_t{1} << (32 - 22));

  std::vector<Entry> entries_;
};

}  // namespace creditfold
