// SPDX-License-Identifier: Apache-2.0
// The shapes that an event's fields have had, and how each becomes today's struct. Nothing but encoding and decoding
// looks here.
//
// An event is written in the oldest revision that holds all it says: what could be said before keeps the bytes, and so
// the hash, that it always had. To give event E another optional field: put it behind the others in `fields`, those in
// `first_fields`, and extend what is below. For any other change: keep its old struct here as E1 with its `fields`,
// write `E upcast(E1&&)`, and let read_revision take 1 through it. Golden bytes of each revision stay in
// tests/events/golden/.
#pragma once

#include <cstdint>

#include "events/archive.hpp"
#include "events/event.hpp"

namespace creditfold {

// An event that has a name since revision 2, and is of revision 1 without one.
template <class P>
concept NamedSince2 = requires(P& payload) {
  P::first_fields(payload, detail::AnyVisit{});
  payload.billing_name;
};

template <class P>
inline constexpr std::uint8_t newest_revision = NamedSince2<P> ? 2 : 1;

// The revision that is written.
template <class P>
std::uint8_t revision_of(const P& payload) {
  if constexpr (NamedSince2<P>) return payload.billing_name ? 2 : 1;
  static_cast<void>(payload);
  return 1;
}

// The fields as revision_of has them.
template <class P>
void write_revision(SpanOutputArchive& out, const P& payload) {
  if constexpr (NamedSince2<P>) {
    P::first_fields(payload, [&out](const char*, const auto& field) { out(field); });
    if (payload.billing_name) out(*payload.billing_name);
  } else {
    out(payload);
  }
}

// Reads the fields of P as `revision` has them, which is known to be 1..newest_revision<P>. All of them: `payload` may
// be another event's before.
template <class P>
void read_revision(SpanInputArchive& in, std::uint8_t revision, P& payload) {
  static_cast<void>(revision);
  if constexpr (NamedSince2<P>) {
    P::first_fields(payload, [&in](const char*, auto& field) { in(field); });
    payload.billing_name.reset();
    if (revision == 2) in(payload.billing_name.emplace());
  } else {
    in(payload);
  }
}

}  // namespace creditfold
