// SPDX-License-Identifier: Apache-2.0
// SHA-256 over an account's stream as it is read: what a migration compares and records (RES-1). Native only
// (libsodium).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "events/partition.hpp"

namespace creditfold {

class StreamDigest {
 public:
  StreamDigest();
  ~StreamDigest();
  StreamDigest(StreamDigest&&) noexcept;
  StreamDigest& operator=(StreamDigest&&) noexcept;

  // The canonical bytes of each event, in order.
  void add(const Event& event);
  [[nodiscard]] std::int64_t events() const { return events_; }
  // Of what was added so far; more may be added afterwards.
  [[nodiscard]] Copied copied() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::vector<std::uint8_t> bytes_;
  std::int64_t events_ = 0;
};

// Of an account's first `events` events as a log has them.
[[nodiscard]] Copied digest_of_stream(const Log& log, const AccountId& account, std::int64_t events);

}  // namespace creditfold
