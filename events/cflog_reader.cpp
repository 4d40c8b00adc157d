// SPDX-License-Identifier: Apache-2.0
// Reads .cflog documents: a section is verified whole before a record of it is believed.
#include <algorithm>
#include <string>

#include "events/archive.hpp"
#include "events/cflog.hpp"
#include "events/cflog_format.hpp"
#include "events/checksum.hpp"
#include "events/codec.hpp"

namespace creditfold {
namespace {

using namespace cflog;

std::uint64_t from_big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

bool is_cflog(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

// Where a reader stands. Offsets are from the start of all the bytes given.
struct CflogReader::State {
  enum class Expecting { document, header, section };

  std::span<const std::uint8_t> bytes;
  bool whole = true;
  std::size_t before = 0;  // bytes that came before these
  std::size_t at = 0;      // the next section, or the next document
  Expecting expecting = Expecting::document;
  std::uint64_t check = 0;
  std::optional<CflogEnd> previous;  // the end of the document before this one
  CflogHeader header;
  BatchMark mark;
  Departed departed;
  std::int64_t last_seq = 0;
  CflogEnd totals;
  Run run{0};
  std::span<const std::uint8_t> event_bytes;
  Good good;
  std::optional<DecodeError> error;

  // The section being read; its offsets are those of all the bytes.
  std::optional<SpanInputArchive> payload;
  bool after_event = false;  // the record before, in this block, is an event

  State(std::span<const std::uint8_t> given, bool is_whole) : bytes(given), whole(is_whole) {}

  [[nodiscard]] std::span<const std::uint8_t> left() const { return bytes.subspan(at - before); }

  void require(bool holds, std::size_t offset, const char* otherwise) const {
    if (!holds) throw DecodeFailure(offset, otherwise);
  }

  // The next section, verified: its kind, and its payload made ready to read.
  std::uint8_t open_section() {
    const std::span<const std::uint8_t> rest = left();
    require(rest.size() >= section_head_bytes, at, "cut short: no end closes the document");
    const auto length = static_cast<std::size_t>(from_big_endian(rest.subspan(1, 4)));
    require(length <= section_bytes_max, at, "section longer than any may be");
    require(rest.size() - section_head_bytes >= length + check_bytes, at, "cut short inside a section");
    const std::span<const std::uint8_t> checked = rest.first(section_head_bytes + length);
    check = checksum(checked, check);
    require(from_big_endian(rest.subspan(checked.size(), check_bytes)) == check, at, "the section's check is wrong");
    payload.emplace(checked.subspan(section_head_bytes), at + section_head_bytes);
    at += checked.size() + check_bytes;
    after_event = false;
    return rest[0];
  }

  void open_document() {
    const std::span<const std::uint8_t> rest = left();
    require(rest.size() >= magic.size() + 1, at, "cut short: no document begins here");
    require(is_cflog(rest), at, "not a .cflog document");
    require(rest[magic.size()] == format, at + magic.size(), "a .cflog format this program does not know");
    at += magic.size() + 1;
    check = 0;
    expecting = Expecting::header;
  }

  std::int64_t take_number() {
    const std::size_t start = payload->offset();
    const auto value = static_cast<std::int64_t>(payload->take_varint());
    require(value >= 0, start, "number beyond 63 bits");
    return value;
  }

  const CflogHeader* read_header() {
    const std::size_t start = at;
    require(open_section() == kind_header, start, "a document has to begin with its header");
    CflogHeader read;
    read.after = take_number();
    (*payload)(read.account);
    if (payload->left() > 0) {
      const std::size_t partition_at = payload->offset();
      (*payload)(read.partition);
      require(read.partition.value != home_region, partition_at, "the home region's partition is left out");
    }
    payload->require_end();
    if (previous) {
      const bool continues =
          read.after == previous->seq && read.account == header.account && read.partition == header.partition;
      require(continues, start, "the document does not continue the one before it");
    }
    header = std::move(read);
    last_seq = header.after;
    totals = {};
    run = Run(header.after);
    expecting = Expecting::section;
    good = {at, last_seq, false};
    return &header;
  }

  Event* read_event(Event& event) {
    const std::size_t start = payload->offset();
    const std::uint64_t step = payload->take_varint();
    const auto room = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - last_seq);
    const bool in_order = header.account ? step >= 1 && step <= room : step == 1 && room >= 1;
    require(in_order, start, "the event does not follow the one before it");
    const std::size_t size = payload->take_count();
    const std::size_t body_at = payload->offset();
    static_cast<void>(payload->take_bytes(size));
    event_bytes = bytes.subspan(body_at - before, size);
    const auto fault = decode_event_into(event_bytes, event);
    if (fault) throw DecodeFailure(body_at + fault->offset, fault->what);
    require(!header.account || event.account == *header.account, body_at, "the event is another account's");
    last_seq += static_cast<std::int64_t>(step);
    event.seq = last_seq;
    event.partition = header.partition;
    run.add(event);
    ++totals.events;
    after_event = true;
    return &event;
  }

  const BatchMark* read_mark() {
    const std::size_t start = payload->offset();
    (*payload)(mark.account, mark.key, mark.command);
    mark.events = take_number();
    require(!header.account || mark.account == *header.account, start, "the mark is another account's");
    require(run.closes(mark) && (mark.events == 0 || after_event), start,
            "the mark does not close the events before it");
    run.close();
    ++totals.batches;
    after_event = false;
    return &mark;
  }

  const Departed* read_departed() {
    const std::size_t start = payload->offset();
    (*payload)(departed.account, departed.to);
    const std::int64_t count = take_number();
    require(!header.account, start, "a document of one account has no positions of others to explain");
    require(count >= 1 && count <= std::numeric_limits<std::int64_t>::max() - last_seq, start, "a run of no positions");
    departed.first_seq = last_seq + 1;
    departed.last_seq = last_seq += count;
    run.close();
    after_event = false;
    return &departed;
  }

  const CflogEnd* read_end() {
    const std::size_t start = payload->offset();
    CflogEnd end;
    end.events = take_number();
    end.batches = take_number();
    end.seq = take_number();
    payload->require_end();
    const bool counts = end.events == totals.events && end.batches == totals.batches;
    require(counts, start, "the end counts other records than there are");
    require(header.account ? end.seq >= last_seq : end.seq == last_seq, start, "the end covers another seq");
    payload.reset();
    previous = end;
    last_seq = end.seq;
    expecting = Expecting::document;
    good = {at, end.seq, true};
    return &*previous;
  }

  CflogItem read_record(Event& event) {
    const std::size_t start = payload->offset();
    const std::uint8_t kind = payload->take_byte();
    if (kind == record_event) return read_event(event);
    if (kind == record_departed) return read_departed();
    require(kind == record_batch, start, "unknown kind of record");
    return read_mark();
  }

  std::optional<CflogItem> read_item(Event& event) {
    if (left().empty() && !whole && (!payload || payload->left() == 0)) return std::nullopt;
    if (expecting == Expecting::document) {
      if (left().empty() && previous) return std::nullopt;
      open_document();
    }
    if (expecting == Expecting::header) return read_header();
    if (payload && payload->left() == 0) {
      payload.reset();
      good = {at, last_seq, false};
    }
    if (!payload) {
      const std::size_t start = at;
      const std::uint8_t kind = open_section();
      require(kind == kind_block || kind == kind_end, start, "unknown kind of section");
      if (kind == kind_end) return read_end();
      require(payload->left() > 0, start, "a block without records");
    }
    return read_record(event);
  }
};

CflogReader::CflogReader(std::span<const std::uint8_t> bytes, bool whole)
    : state_(std::make_unique<State>(bytes, whole)) {}
CflogReader::~CflogReader() = default;
CflogReader::CflogReader(CflogReader&&) noexcept = default;
CflogReader& CflogReader::operator=(CflogReader&&) noexcept = default;

std::span<const std::uint8_t> CflogReader::event_bytes() const { return state_->event_bytes; }

void CflogReader::go_on(std::span<const std::uint8_t> bytes, bool whole) {
  state_->before += state_->bytes.size();
  state_->bytes = bytes;
  state_->whole = whole;
  state_->event_bytes = {};
}

std::size_t CflogReader::offset() const { return state_->at; }
CflogReader::Good CflogReader::good() const { return state_->good; }

Expected<std::optional<CflogItem>, DecodeError> CflogReader::next(Event& event) {
  State& state = *state_;
  if (state.error) return Unexpected{*state.error};
  try {
    return state.read_item(event);
  } catch (const DecodeFailure& failure) {
    state.error = failure.error();
  }
  state.error->what += " (after event " + std::to_string(state.last_seq) + ")";
  return Unexpected{*state.error};
}

}  // namespace creditfold
