// SPDX-License-Identifier: Apache-2.0
// The rows that follow from an account's state once its last event is folded: terms, periods, lots, seats,
// invoice lines.
#pragma once

#include "ledger/read_model/event_rows.hpp"
#include "ledger/read_model/rows.hpp"

namespace creditfold::read_model {

class StateRows {
 public:
  explicit StateRows(SQLite::Database& database);

  void add(const AccountState& state, const AccountRows& rows);

 private:
  void add_account(const AccountState& state);
  void add_term(const AccountState& state, const AccountRows& rows, const PlanId& plan, const Term& term);
  void add_seats(const AccountState& state);
  void add_invoice(const AccountState& state, const DetailedLine& line);
  void add_part(const AccountState& state, const DetailedLine& line, std::int64_t number, const InvoicePart& part);

  Rows accounts_;
  Rows terms_;
  Rows periods_;
  Rows lots_;
  Rows seats_;
  Rows products_;
  Rows lines_;
  Rows parts_;
};

}  // namespace creditfold::read_model
