// SPDX-License-Identifier: Apache-2.0
// Writes .cflog documents: records gathered to blocks, each section sent with a check seeded by the check before it.
#include <stdexcept>
#include <utility>

#include "events/archive.hpp"
#include "events/cflog.hpp"
#include "events/cflog_format.hpp"
#include "events/checksum.hpp"
#include "events/codec.hpp"

namespace creditfold {
namespace {

using namespace cflog;

template <std::size_t size>
std::array<std::uint8_t, size> big_endian(std::uint64_t value) {
  std::array<std::uint8_t, size> bytes{};
  for (std::size_t i = size; i-- > 0; value >>= 8) bytes[i] = static_cast<std::uint8_t>(value);
  return bytes;
}

void check_requirement(bool holds, const char* otherwise) {
  if (!holds) throw std::logic_error(otherwise);
}

}  // namespace

struct CflogWriter::State {
  ByteSink sink;
  CflogHeader header;
  std::uint64_t check = 0;  // of the section before
  std::int64_t last_seq;
  CflogEnd totals;
  Run run;
  bool finished = false;
  std::vector<std::uint8_t> block;
  std::vector<std::uint8_t> event_bytes;

  void section(std::uint8_t kind, std::span<const std::uint8_t> payload) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(section_head_bytes + payload.size() + check_bytes);
    bytes.push_back(kind);
    const auto length = big_endian<4>(payload.size());
    bytes.insert(bytes.end(), length.begin(), length.end());
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    check = checksum(bytes, check);
    const auto stored = big_endian<8>(check);
    bytes.insert(bytes.end(), stored.begin(), stored.end());
    sink(bytes);
  }
  void flush_block() {
    if (block.empty()) return;
    section(kind_block, block);
    block.clear();
  }
};

CflogWriter::CflogWriter(ByteSink sink, const CflogHeader& header)
    : state_(new State{std::move(sink), header, 0, header.after, {}, Run(header.after), false, {}, {}}) {
  check_requirement(header.after >= 0, "a document cannot begin before the log");
  std::vector<std::uint8_t> start(magic.begin(), magic.end());
  start.push_back(format);
  std::vector<std::uint8_t> payload;
  append_with(payload, [&](SpanOutputArchive& archive) {
    archive(static_cast<std::uint64_t>(header.after), header.account);
    if (!header.partition.value.empty()) archive(header.partition);
  });
  state_->sink(start);
  state_->section(kind_header, payload);
}

CflogWriter::~CflogWriter() = default;
CflogWriter::CflogWriter(CflogWriter&&) noexcept = default;
CflogWriter& CflogWriter::operator=(CflogWriter&&) noexcept = default;

void CflogWriter::event(const Event& event) {
  State& state = *state_;
  check_requirement(!state.finished, "the document has ended");
  const bool in_order = state.header.account ? event.seq > state.last_seq : event.seq == state.last_seq + 1;
  check_requirement(in_order, "the event does not follow the one before it");
  check_requirement(!state.header.account || *state.header.account == event.account, "the event is another account's");
  check_requirement(state.header.partition == event.partition, "the event is another partition's");
  state.event_bytes.clear();
  encode_event(event, state.event_bytes);

  // Here, not after an event: a mark has to lie in the block of the batch's last event.
  if (state.block.size() >= block_bytes) state.flush_block();
  append_with(state.block, [&](SpanOutputArchive& archive) {
    archive.put_byte(record_event);
    archive.put_varint(static_cast<std::uint64_t>(event.seq - state.last_seq));
    archive.put_varint(state.event_bytes.size());
    archive.put_bytes(state.event_bytes.data(), state.event_bytes.size());
  });
  state.last_seq = event.seq;
  state.run.add(event);
  ++state.totals.events;
}

void CflogWriter::batch(const BatchMark& mark) {
  State& state = *state_;
  check_requirement(!state.finished, "the document has ended");
  check_requirement(mark.events >= 0 && state.run.closes(mark), "the mark does not close the events before it");
  check_requirement(!state.header.account || *state.header.account == mark.account, "the mark is another account's");
  if (mark.events == 0 && state.block.size() >= block_bytes) state.flush_block();
  append_with(state.block, [&](SpanOutputArchive& archive) {
    archive.put_byte(record_batch);
    archive(mark.account, mark.key, mark.command, static_cast<std::uint64_t>(mark.events));
  });
  state.run.close();
  ++state.totals.batches;
}

void CflogWriter::departed(const Departed& run) {
  State& state = *state_;
  check_requirement(!state.finished, "the document has ended");
  check_requirement(!state.header.account, "a document of one account has no positions of others to explain");
  check_requirement(run.first_seq == state.last_seq + 1 && run.last_seq >= run.first_seq,
                    "the run does not follow the event before it");
  if (state.block.size() >= block_bytes) state.flush_block();
  append_with(state.block, [&](SpanOutputArchive& archive) {
    archive.put_byte(record_departed);
    archive(run.account, run.to, static_cast<std::uint64_t>(run.last_seq - state.last_seq));
  });
  state.last_seq = run.last_seq;
  state.run.close();
}

CflogEnd CflogWriter::finish(std::int64_t seq) {
  State& state = *state_;
  check_requirement(!state.finished, "the document has ended");
  check_requirement(state.header.account ? seq >= state.last_seq : seq == state.last_seq,
                    "the document does not cover that");
  state.flush_block();
  state.totals.seq = seq;
  std::vector<std::uint8_t> payload;
  append_with(payload, [&](SpanOutputArchive& archive) {
    archive(static_cast<std::uint64_t>(state.totals.events), static_cast<std::uint64_t>(state.totals.batches),
            static_cast<std::uint64_t>(seq));
  });
  state.section(kind_end, payload);
  state.finished = true;
  return state.totals;
}

}  // namespace creditfold
