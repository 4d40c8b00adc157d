// SPDX-License-Identifier: Apache-2.0
// The .cflog document: a log, or a part of it, as one file or stream that checks itself. Written and read front to
// back; a cut, a flipped bit or a moved block shows at the place. events/FORMAT.md has the bytes. No I/O here: bytes go
// to a sink and come from a span.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "events/decode_error.hpp"
#include "events/departed.hpp"
#include "events/event.hpp"
#include "events/expected.hpp"

namespace creditfold {

// What a document covers: events with seq > after of one partition's log, of one account or of all.
struct CflogHeader {
  std::int64_t after = 0;
  std::optional<AccountId> account;
  RegionId partition{};  // as events say it: empty for the home region's
};

// Closes a batch: what makes its command once and for ever (H19) travels with the log. Stands after the batch's last
// event, so that a document that ends inside a batch leaves the mark to the document that continues it.
struct BatchMark {
  AccountId account;
  IdempotencyKey key;
  CommandDigest command;
  std::int64_t events = 0;  // how many of the events before it are the batch's, those in earlier documents included
};

struct CflogEnd {
  std::int64_t events = 0;   // in this document
  std::int64_t batches = 0;  // marks in this document
  std::int64_t seq = 0;      // covered up to here, also when the last event of an account lies before; resume with it
};

// What was read: an event where the caller wanted it, all others in the reader until it is asked again. Departed stands
// in the place of the events that left; only documents of all accounts have it.
using CflogItem = std::variant<const CflogHeader*, Event*, const BatchMark*, const Departed*, const CflogEnd*>;

// Whether the bytes begin as a .cflog document does.
[[nodiscard]] bool is_cflog(std::span<const std::uint8_t> bytes);

using ByteSink = std::function<void(std::span<const std::uint8_t>)>;

// Writes one document, block by block, to a sink. What the sink throws comes through. A document without `finish` is
// cut short, and readers say so: the destructor writes nothing.
class CflogWriter {
 public:
  CflogWriter(ByteSink sink, const CflogHeader& header);
  ~CflogWriter();
  CflogWriter(CflogWriter&&) noexcept;
  CflogWriter& operator=(CflogWriter&&) noexcept;

  // REQUIRES: seq above the one before it and above `after`; of the header's account and partition. Throws
  // std::logic_error otherwise, Unencodable for an event that has no bytes.
  void event(const Event& event);
  // REQUIRES: the events directly before it, as far as they are in this document, are the batch's.
  void batch(const BatchMark& mark);
  // REQUIRES: the document is of all accounts; the run begins right after the one before it and is not empty.
  void departed(const Departed& run);
  // Ends the document as covering everything up to `seq`. REQUIRES: not before the last event.
  CflogEnd finish(std::int64_t seq);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads documents that follow one another. Each must continue the one before: same account, `after` = the seq covered.
class CflogReader {
 public:
  // Borrowed: they must outlive the reader. `whole`: no more come after them.
  explicit CflogReader(std::span<const std::uint8_t> bytes, bool whole = true);
  ~CflogReader();
  CflogReader(CflogReader&&) noexcept;
  CflogReader& operator=(CflogReader&&) noexcept;

  // The next item: a header, then events and marks as they lie, then an end; nothing when the bytes end after an end,
  // or after any section and are not whole. An error says the byte and the seq it comes after, and is the answer from
  // then on. An event is read into `event`, whose room is used again (decode_event_into); after other items it is what
  // it was.
  [[nodiscard]] Expected<std::optional<CflogItem>, DecodeError> next(Event& event);

  // The bytes that follow; those before may go. REQUIRES: `next` has answered nothing.
  void go_on(std::span<const std::uint8_t> bytes, bool whole);

  // The bytes of the event that `next` gave last, as they lie in the document.
  [[nodiscard]] std::span<const std::uint8_t> event_bytes() const;

  // Where the section ends that `next` is in, in all bytes so far: how far it has come, for who shows that.
  [[nodiscard]] std::size_t offset() const;

  // How far the bytes are good, once `next` has answered an error (or nothing): everything before `offset` stands in
  // whole, verified sections, the last event in them is `seq`, and `complete` says that an end closes them. What
  // comes after can be fetched again with after = seq.
  struct Good {
    std::size_t offset = 0;
    std::int64_t seq = 0;
    bool complete = false;
  };
  [[nodiscard]] Good good() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace creditfold
