// SPDX-License-Identifier: Apache-2.0
// A log as one piece of bytes, .cflog or JSON Lines, told apart by how it begins. Pure: files are read elsewhere.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "events/cflog.hpp"
#include "events/expected.hpp"
#include "events/log.hpp"

namespace creditfold {

// Where a log document is wrong: "byte 117" or "line 12, /credits", the position it comes after, and why.
struct LogFault {
  std::string place;
  std::int64_t after_seq = 0;
  std::string what;
};
[[nodiscard]] std::string to_text(const LogFault& fault);

// Calls `visit` for every batch in log order; false stops early. JSON Lines hold no batch marks: events of one account
// and key that follow each other make a batch there, with an empty command digest. Returns the seq covered.
Expected<std::int64_t, LogFault> read_log_document(
    std::span<const std::uint8_t> bytes, const std::function<bool(const AccountId&, StoredBatch&&)>& visit);

// Reads .cflog documents in steps, for who has to answer others meanwhile, and in pieces, for who has no room for all
// of them. A piece ends where a section does; it is borrowed and must last until the next one.
class CflogSteps {
 public:
  CflogSteps(std::span<const std::uint8_t> piece, bool last);
  ~CflogSteps();
  CflogSteps(CflogSteps&&) noexcept;
  CflogSteps& operator=(CflogSteps&&) noexcept;

  // The piece that follows. REQUIRES: the one before is read to its end.
  void go_on(std::span<const std::uint8_t> piece, bool last);
  // Reads on until about so many events more are read, and calls `visit` as read_log_document does. Whether there is
  // more in this piece.
  [[nodiscard]] Expected<bool, LogFault> step(std::int64_t events,
                                              const std::function<bool(const AccountId&, StoredBatch&&)>& visit);
  // While a batch is visited: the bytes of its event, where it has one and the piece still holds them.
  [[nodiscard]] std::span<const std::uint8_t> event_bytes() const;
  [[nodiscard]] std::size_t bytes_read() const;
  [[nodiscard]] std::int64_t seq() const;  // covered so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace creditfold
