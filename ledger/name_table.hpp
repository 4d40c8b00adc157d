// SPDX-License-Identifier: Apache-2.0
// Numbers for names: each name gets the next one when it is first seen. Looked up many times for each time it grows, so by
// hashing, and without a string being made.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace creditfold {

class NameTable {
 public:
  // From 0 without gaps. `check(name)` is called once for each name, before it gets a number.
  template <class Check>
  [[nodiscard]] std::uint32_t number(std::string_view name, Check&& check) {
    if (4 * (names_.size() + 1) > 3 * places_.size()) grow();
    std::uint32_t& place = places_[place_of(name)];
    if (place == 0) {
      check(name);
      names_.emplace_back(name);
      place = static_cast<std::uint32_t>(names_.size());
    }
    return place - 1;
  }
  [[nodiscard]] const std::string& name(std::uint32_t number) const { return names_[number]; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  // Names of one log differ in their ends or lengths; where they do not, this is slow and still right.
  [[nodiscard]] static std::uint64_t hash(std::string_view name) {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    const std::size_t some = name.size() < sizeof head ? name.size() : sizeof head;
    std::memcpy(&head, name.data(), some);
    std::memcpy(&tail, name.data() + name.size() - some, some);
    const std::uint64_t mixed = (head + name.size()) * 0x9E37'79B9'7F4A'7C15U ^ tail * 0xC2B2'AE3D'27D4'EB4FU;
    return (mixed ^ mixed >> 32) * 0x9E37'79B9'7F4A'7C15U;
  }
  [[nodiscard]] std::size_t place_of(std::string_view name) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t place = static_cast<std::size_t>(hash(name) >> 32) & mask;
    while (places_[place] != 0 && names_[places_[place] - 1] != name) place = (place + 1) & mask;
    return place;
  }
  void grow() {
    constexpr std::size_t least = 64;
    const std::size_t size = places_.empty() ? least : 2 * places_.size();
    places_.assign(size, 0);
    for (std::size_t i = 0; i < names_.size(); ++i) places_[place_of(names_[i])] = static_cast<std::uint32_t>(i) + 1;
  }

  std::deque<std::string> names_;
  std::vector<std::uint32_t> places_;  // open addressing; one more than the number, 0: free
};

}  // namespace creditfold
