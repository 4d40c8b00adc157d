// SPDX-License-Identifier: Apache-2.0
#include "events/store/encoded_events.hpp"

#include <algorithm>
#include <stdexcept>

#include "events/codec.hpp"

namespace creditfold {
namespace {

constexpr std::size_t event_block_bytes = std::size_t{1} << 18;

}  // namespace

void EncodedEvents::push(std::span<const Event> events) {
  encoded_.clear();
  ends_.clear();
  for (const Event& event : events) {
    encode_event(event, encoded_);
    ends_.push_back(encoded_.size());
  }
  std::size_t begin = 0;
  for (std::size_t i = 0; i < events.size(); begin = ends_[i++])
    push(events[i], std::span(encoded_).subspan(begin, ends_[i] - begin));
}

void EncodedEvents::push(const Event& event, std::span<const std::uint8_t> encoded) {
  const bool fits = !blocks_.empty() && blocks_.back().partition == event.partition &&
                    encoded.size() <= blocks_.back().bytes.capacity() - blocks_.back().bytes.size();
  if (!fits) {
    if (!blocks_.empty()) blocks_.back().places.shrink_to_fit();
    // A log that is short takes little.
    const std::size_t room = blocks_.empty() ? event_block_bytes / 16 : event_block_bytes;
    blocks_.push_back({size_, event.partition, {}, {}});
    blocks_.back().bytes.reserve(std::max(encoded.size(), room));
  }
  Block& block = blocks_.back();
  block.places.push_back({event.seq, static_cast<std::uint32_t>(block.bytes.size() + encoded.size())});
  block.bytes.insert(block.bytes.end(), encoded.begin(), encoded.end());  // there is room
  ++size_;
}

const EncodedEvents::Block& EncodedEvents::block_of(std::size_t index) const {
  const auto behind = std::upper_bound(blocks_.begin(), blocks_.end(), index,
                                       [](std::size_t wanted, const Block& block) { return wanted < block.first; });
  return *(behind - 1);
}

Event EncodedEvents::at(std::size_t index) const {
  Event event;
  read(index, event);
  return event;
}

void EncodedEvents::read(std::size_t index, Event& into) const {
  const Block& block = block_of(index);
  const std::size_t place = index - block.first;
  const std::size_t begin = place == 0 ? 0 : block.places[place - 1].end;
  const auto error = decode_event_into(std::span(block.bytes).subspan(begin, block.places[place].end - begin), into);
  if (error) throw std::logic_error("an event in memory is no event: " + error->what);
  into.seq = block.places[place].seq;
  into.partition = block.partition;
}

std::int64_t EncodedEvents::seq(std::size_t index) const {
  const Block& block = block_of(index);
  return block.places[index - block.first].seq;
}

std::size_t EncodedEvents::behind(std::int64_t seq) const {
  std::size_t first = 0;
  for (std::size_t last = size_; first < last;) {
    const std::size_t middle = first + (last - first) / 2;
    if (this->seq(middle) <= seq) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

}  // namespace creditfold
