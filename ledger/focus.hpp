// SPDX-License-Identifier: Apache-2.0
// Charges and invoice lines in the columns of FOCUS 1.2 (https://focus.finops.org), as CSV: credits are a virtual
// currency, tokens what was consumed. Costs stand only where a price is known, which is on invoice lines; a credit has
// none.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/replay.hpp"

namespace creditfold {

// Rows of RFC 4180, lines ended by CR LF.
class FocusWriter {
 public:
  using Sink = std::function<void(std::string_view)>;
  // `catalog` must outlive the writer. Writes the header at once.
  FocusWriter(const Catalog& catalog, Sink sink);

  // Folds an event, in the order of the log from its beginning, and writes its row when it is a charge and `wanted`.
  // Throws Fault(damaged) when it does not fold.
  void event(const Event& event, bool wanted);
  // The invoice lines of every account folded, those of the events wanted.
  void finish();

 private:
  void charge(const Event& event, const CreditsConsumed& fact);
  void invoice_line(const AccountState& state, const InvoiceLine& line);

  const Catalog& catalog_;
  Sink sink_;
  Book book_;
  std::map<AccountId, std::int64_t> first_wanted_;  // version of the first event wanted
};

}  // namespace creditfold
