// SPDX-License-Identifier: Apache-2.0
// Where the fields of an old revision become today's struct. Nothing but decoding looks here; events are written in
// their newest revision only.
//
// To change the shape of event E: keep its old struct here as E1 with its `fields`, write `E upcast(E1&&)`, set E's
// newest_revision to 2 and give E a read_revision that takes 1 through E1 and 2 through E's own fields. Golden bytes of
// revision 1 stay in tests/events/golden/. An upcast event encodes to other bytes than it came from, so whatever hashes
// or copies stored events has to take the stored bytes.
#pragma once

#include <cstdint>

#include "events/archive.hpp"
#include "events/event.hpp"

namespace creditfold {

// The revision that is written. Specialised for each event whose shape has changed.
template <class P>
inline constexpr std::uint8_t newest_revision = 1;

// Reads the fields of P as `revision` has them, which is known to be 1..newest_revision<P>. All of them: `payload` may be
// another event's before.
template <class P>
void read_revision(SpanInputArchive& in, std::uint8_t revision, P& payload) {
  static_assert(newest_revision<P> == 1, "this event has old revisions: give it a read_revision of its own");
  static_cast<void>(revision);
  in(payload);
}

}  // namespace creditfold
