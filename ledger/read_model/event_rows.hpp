// SPDX-License-Identifier: Apache-2.0
// The rows that come with each event: charges with their draws, lots, authorizations with their holds, and all
// the others.
#pragma once

#include <map>
#include <vector>

#include "ledger/draws.hpp"
#include "ledger/invoices.hpp"
#include "ledger/read_model/rows.hpp"
#include "ledger/replay.hpp"

namespace creditfold::read_model {

// What is remembered of an account beside its state: where its lots and live authorizations have their rows.
struct AccountRows {
  struct Granted {
    std::int64_t version = 0;
    std::int64_t seq = 0;
  };
  std::vector<Granted> lots;                     // by version
  std::map<AuthorizationId, std::int64_t> live;  // seq by id
  InvoiceWatch invoices;

  // REQUIRES: an event of this version granted a lot.
  [[nodiscard]] std::int64_t lot_seq(std::int64_t version) const;
};

class EventRows {
 public:
  explicit EventRows(SQLite::Database& database);

  // Folds the next event and writes its rows. Throws Fault damaged when it does not fold.
  void add(const Event& event);

  [[nodiscard]] const Book& book() const { return book_; }
  [[nodiscard]] const std::map<AccountId, AccountRows>& accounts() const { return accounts_; }

 private:
  void fold(const Event& event);
  void add_charge(const Event& event, const CreditsConsumed& charge);
  void add_other(const Event& event);
  void add_lot(const Event& event, const CreditsGranted& grant);
  void add_authorization(const Event& event, const CreditsHeld& held);
  void end_authorization(const Event& event, const AuthorizationId& id, std::string_view how);

  Rows charges_;
  Rows draws_;
  Rows others_;
  Rows lots_;
  Rows authorizations_;
  Rows holds_;
  Rows ends_;
  Book book_;
  DrawWatch draw_watch_;
  std::map<AccountId, AccountRows> accounts_;
};

}  // namespace creditfold::read_model
