// SPDX-License-Identifier: Apache-2.0
// Event <-> canonical bytes: one event has one encoding, and decoding takes no other. events/FORMAT.md has the layout.
// `seq` is not in the bytes, so that they do not depend on where in which log an event lies.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "events/decode_error.hpp"
#include "events/event.hpp"
#include "events/expected.hpp"

namespace creditfold {

// Appends the event's bytes. Throws Unencodable (events/archive.hpp) when a field breaks the limits of its type or the
// whole is over event_bytes_max; then nothing was appended.
void encode_event(const Event& event, std::vector<std::uint8_t>& out);

// The event that all of `bytes` encode, with seq 0, or where they do not. Does not throw on any bytes.
[[nodiscard]] Expected<Event, DecodeError> decode_event(std::span<const std::uint8_t> bytes);
// The same into an event, whose room is used again: of one kind behind the other next to nothing is asked of the heap.
// Its seq and partition stay. When there is an error, it is no event any more.
[[nodiscard]] std::optional<DecodeError> decode_event_into(std::span<const std::uint8_t> bytes, Event& event);

}  // namespace creditfold
