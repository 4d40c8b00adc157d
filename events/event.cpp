// SPDX-License-Identifier: Apache-2.0
// Sameness and names of events, both read off the catalogue's `fields`.
#include "events/event.hpp"

#include <array>
#include <tuple>

namespace creditfold {
namespace {

// More than any event has.
constexpr std::size_t fields_max = 32;

template <class T>
bool same_value(const T& a, const T& b) {
  return a == b;
}
bool same_value(const std::optional<PlanTerms>& a, const std::optional<PlanTerms>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || same_fields(*a, *b);
}

}  // namespace

// `fields` shows one object at a time: the first pass notes where a's fields are, the second compares b's with them.
template <class P>
bool same_fields(const P& a, const P& b) {
  std::array<const void*, fields_max> places{};
  std::size_t count = 0;
  P::fields(a, [&](const char*, const auto& field) { places.at(count++) = &field; });
  std::size_t next = 0;
  bool same = true;
  P::fields(b, [&](const char*, const auto& field) {
    using Field = std::remove_reference_t<decltype(field)>;
    same = same && same_value(*static_cast<Field*>(places[next]), field);
    ++next;
  });
  return same;
}

bool operator==(const Event& a, const Event& b) {
  if (std::tie(a.seq, a.partition, a.account, a.version, a.at, a.recorded_at, a.key, a.actor) !=
      std::tie(b.seq, b.partition, b.account, b.version, b.at, b.recorded_at, b.key, b.actor)) {
    return false;
  }
  if (a.payload.index() != b.payload.index()) return false;
  return std::visit([&]<class P>(const P& payload) { return same_fields(payload, *std::get_if<P>(&b.payload)); },
                    a.payload);
}

std::string_view type_name(const Payload& payload) {
  return std::visit([]<class P>(const P&) { return P::name; }, payload);
}

}  // namespace creditfold
