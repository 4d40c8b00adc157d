// SPDX-License-Identifier: Apache-2.0
// Numbers for names: each name gets the next one when it is first seen. Looked up many times for each time it grows, so
// by hashing, and without a string being made.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace creditfold {

class NameTable {
 public:
  // From 0 without gaps. `check(name)` is called once for each name, before it gets a number.
  template <class Check>
  [[nodiscard]] std::uint32_t number(std::string_view name, Check&& check) {
    if (4 * (names_.size() + 1) > places_.size()) grow();  // most names are found at the first place
    const Ends ends = ends_of(name);
    std::uint32_t& place = places_[place_of(name, ends)];
    if (place == 0) {
      check(name);
      names_.push_back({std::string(name), ends});
      place = static_cast<std::uint32_t>(names_.size());
    }
    return place - 1;
  }
  [[nodiscard]] const std::string& name(std::uint32_t number) const { return names_[number].name; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  // The first and the last eight bytes, which are all of a name of no more than sixteen: most differ there or not at
  // all.
  struct Ends {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
  };
  struct Entry {
    std::string name;
    Ends ends;
  };
  [[nodiscard]] static Ends ends_of(std::string_view name) {
    Ends ends;
    if (name.size() >= sizeof ends.head) {
      std::memcpy(&ends.head, name.data(), sizeof ends.head);
      std::memcpy(&ends.tail, name.data() + name.size() - sizeof ends.tail, sizeof ends.tail);
    } else {
      std::memcpy(&ends.head, name.data(), name.size());
    }
    return ends;
  }
  [[nodiscard]] static bool same(const Entry& entry, std::string_view name, const Ends& ends) {
    if (entry.ends.head != ends.head || entry.ends.tail != ends.tail || entry.name.size() != name.size()) return false;
    return name.size() <= sizeof ends || entry.name == name;
  }
  [[nodiscard]] std::size_t place_of(std::string_view name, const Ends& ends) const {
    const std::uint64_t mixed =
        (ends.head + name.size()) * 0x9E37'79B9'7F4A'7C15U ^ ends.tail * 0xC2B2'AE3D'27D4'EB4FU;
    const std::size_t mask = places_.size() - 1;
    std::size_t place = static_cast<std::size_t>((mixed ^ mixed >> 32) * 0x9E37'79B9'7F4A'7C15U >> 32) & mask;
    while (places_[place] != 0 && !same(names_[places_[place] - 1], name, ends)) place = (place + 1) & mask;
    return place;
  }
  void grow() {
    constexpr std::size_t least = 64;
    const std::size_t size = places_.empty() ? least : 2 * places_.size();
    places_.assign(size, 0);
    for (std::size_t i = 0; i < names_.size(); ++i)
      places_[place_of(names_[i].name, names_[i].ends)] = static_cast<std::uint32_t>(i) + 1;
  }

  std::vector<Entry> names_;
  std::vector<std::uint32_t> places_;  // open addressing; one more than the number, 0: free
};

}  // namespace creditfold
