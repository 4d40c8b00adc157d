// SPDX-License-Identifier: Apache-2.0
// Which region decides a command. Most are told by their account; an OpenAccount claims its id first; what no region
// has to see (malformed, of an unknown account) is answered here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/catalog.hpp"
#include "ledger/json.hpp"
#include "ledger/regions/routes.hpp"

namespace creditfold {

struct Dispatched {
  enum class Kind { answered, region, migration };
  Kind kind = Kind::answered;
  Answer answer;       // answered
  RegionId region;     // region: where it is decided
  AccountId account;   // of a command that was parsed; empty otherwise
  bool opens = false;  // an OpenAccount, its id claimed for `region`
  std::optional<ParsedCommand> command;  // migration
};

class Dispatch {
 public:
  Dispatch(Routes& routes, const Catalog& catalog) : routes_(routes), catalog_(catalog) {}

  // `only`: the one region there is, if there is only one. Then most texts need not be parsed to know where they go.
  [[nodiscard]] Dispatched dispatch(std::string_view text, Instant now, const std::optional<RegionId>& only) const;

  // After a region has answered: what was claimed and not opened is given back. true: the account lives in another
  // region by now, so that the answer is none and the text is to be dispatched again.
  [[nodiscard]] bool went_elsewhere(const Dispatched& sent, std::string_view text, const Answer& answer) const;
  // The region could not answer.
  void failed(const Dispatched& sent) const;

 private:
  [[nodiscard]] Dispatched dispatch_opening(const Command& command, Instant now) const;

  Routes& routes_;
  const Catalog& catalog_;
};

}  // namespace creditfold
