// SPDX-License-Identifier: Apache-2.0
// The layout of an event: tag, revision, envelope, fields. The tag is the catalogue's number, never the variant's
// index.
#include "events/codec.hpp"

#include <array>
#include <utility>

#include "events/archive.hpp"
#include "events/log.hpp"
#include "events/upcast.hpp"

namespace creditfold {
namespace {

void write_envelope(SpanOutputArchive& out, const Event& event) {
  out.require(event.version >= 1, "an event without a version");
  out(event.account, static_cast<std::uint64_t>(event.version), event.at, event.recorded_at, event.key, event.actor);
}

void read_envelope(SpanInputArchive& in, Event& event) {
  in(event.account);
  const std::size_t start = in.offset();
  event.version = static_cast<std::int64_t>(in.take_varint());
  in.require(event.version >= 1, start, "an event without a version");
  in(event.at, event.recorded_at, event.key, event.actor);
}

void write_event(SpanOutputArchive& out, const Event& event) {
  std::visit(
      [&]<class P>(const P& payload) {
        out.put_byte(P::tag);
        out.put_byte(revision_of(payload));
        write_envelope(out, event);
        write_revision(out, payload);
      },
      event.payload);
}

// Everything after the tag. The revision stands before the envelope and says how the fields after it lie.
template <class P>
void read_rest(SpanInputArchive& in, Event& event) {
  const std::size_t start = in.offset();
  const std::uint8_t revision = in.take_byte();
  in.require(revision >= 1 && revision <= newest_revision<P>, start, "unknown revision of an event");
  read_envelope(in, event);
  P* const there = std::get_if<P>(&event.payload);
  read_revision(in, revision, there != nullptr ? *there : event.payload.emplace<P>());
}

using ReadRest = void (*)(SpanInputArchive&, Event&);

template <std::size_t... I>
constexpr std::array<ReadRest, event_kinds> make_readers(std::index_sequence<I...>) {
  return {read_rest<std::variant_alternative_t<I, Payload>>...};
}

// By tag - 1: the catalogue asserts that its tags are 1 to n in the order of the variant.
constexpr std::array<ReadRest, event_kinds> readers = make_readers(std::make_index_sequence<event_kinds>{});

void read_event(std::span<const std::uint8_t> bytes, Event& event) {
  SpanInputArchive in(bytes);
  in.require(bytes.size() <= event_bytes_max, event_bytes_max, "an event longer than any may be");
  const std::uint8_t tag = in.take_byte();
  in.require(tag >= 1 && tag <= event_kinds, 0, "unknown tag of an event");
  readers[tag - 1U](in, event);
  in.require_end();
}

}  // namespace

void encode_event(const Event& event, std::vector<std::uint8_t>& out) {
  const std::size_t start = out.size();
  append_with(out, [&](SpanOutputArchive& archive) {
    write_event(archive, event);
    archive.require(archive.size() - start <= event_bytes_max, "an event longer than any may be");
  });
}

std::optional<DecodeError> decode_event_into(std::span<const std::uint8_t> bytes, Event& event) {
  try {
    read_event(bytes, event);
    return std::nullopt;
  } catch (const DecodeFailure& failure) {
    return failure.error();
  }
}

Expected<Event, DecodeError> decode_event(std::span<const std::uint8_t> bytes) {
  Expected<Event, DecodeError> result = Event{};  // the only thing returned, so that it is made where it is wanted
  if (const auto error = decode_event_into(bytes, *result)) result = Unexpected{*error};
  return result;
}

}  // namespace creditfold
