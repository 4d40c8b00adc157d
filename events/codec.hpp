// SPDX-License-Identifier: Apache-2.0
// Event <-> canonical bytes: one event has one encoding, and decoding takes no other. events/FORMAT.md has the layout.
// `seq` is not in the bytes, so that they do not depend on where in which log an event lies.
#pragma once

#include <cstdint>
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

}  // namespace creditfold
