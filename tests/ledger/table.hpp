// SPDX-License-Identifier: Apache-2.0
// Stories as tables: a row a command, its outcome last, run through the engine over a log in memory. Whoever reads a
// table reads the rule; nothing here knows one. The invariants are asked after every event of every row.
//
//   2026-01-10  buy plus 20 in 1          -> CreditsGranted plus/1/1/2 purchase 20
//   2026-01-11  use gpt 100/0/50          -> CreditsConsumed plus 3.5
//   2026-01-12  buy plus 15 in 1          -> refused bad_increment AIS-5b
//   = plus/1/1  open  granted 120  consumed 3.5  remaining 116.5
//
// A row begins with the command's moment, as short as it can be said (2026-01-31T12:30), or `-` where none is sent; a
// line that begins otherwise goes on with the row before. Commands: open REGION | start PLAN CADENCE FROM..TO |
// start PRODUCT N seats FROM..TO | renew PLAN to TIME | end PLAN on TIME | builders PLAN a+b (or everyone, nobody) |
// grant PLAN N KIND in PERIOD | buy PLAN N in FIRST..LAST | transfer N to ACCOUNT | use MODEL QUERY/INPUT/OUTPUT |
// authorize ID MODEL QUERY/INPUT/OUTPUT until TIME | release ID | close | seats PRODUCT N | add PRODUCT |
// remove PRODUCT | migrate to REGION | rotate ARN | revoke | consent FEATURE yes | accept TERMS | access no | json
// {...}. `use 60` is short for 60 input tokens of the model `unit`, a credit each. Then options, a name and a value
// each: account, key, plan, by (the actor), settles, allotment, price USD:5, reason, corrects, id, workflow,
// classification, ai_generated, memo, region, environment, scope.
//
// Outcomes: events by type and what matters of each (`field=value` asks for one more field, `field=-` for none),
// several with commas between; `nothing` (accepted, no events); `ok` (accepted); `again ...` (the stored answer);
// `refused CODE CLAUSE` (or the code alone). Rows that begin with `=` ask the balance as of the latest moment so far;
// those with `= at TIME`, as of that: PLAN/TERM/PERIOD or a lot, state, then names and figures, or `absent`;
// usage WORKFLOW MODEL; seats PRODUCT N; invoice N NAME; key ARN STATE; account. `clock TIME` sets the clock
// (2030-01-01 until then). The account `acme` is opened beforehand unless the first row opens it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/store/memory.hpp"
#include "ledger/catalog.hpp"
#include "ledger/engine.hpp"
#include "tests/ledger/toy_custody.hpp"

namespace creditfold::test {

// The tables' catalog: few plans and round rates, so that a reader can do the sums. Its text is in table_catalog.cpp.
[[nodiscard]] const Catalog& table_catalog();
[[nodiscard]] std::string_view table_catalog_json();
// The same with pieces of its text replaced, each of which must be there; throws std::invalid_argument otherwise.
[[nodiscard]] Catalog changed_table_catalog(const std::vector<std::pair<std::string, std::string>>& replacements);

// A moment as tables write it; throws std::invalid_argument for anything else.
[[nodiscard]] Instant moment(std::string_view text);

// The words of a row; "quoted text" is one word without its quotes.
[[nodiscard]] std::vector<std::string> words_of(std::string_view row);
// The command of a row as JSON. `number` makes its key and ids unique.
[[nodiscard]] std::string command_json(const std::vector<std::string>& words, int number);
// What matters of an event in words, and one field of it as text (`-` where it has none).
[[nodiscard]] std::string in_words(const Event& event);
[[nodiscard]] std::string field_text(const Event& event, std::string_view name);
// Whether `expected` (words and field=value) describes the event; otherwise what it is instead.
[[nodiscard]] std::string mismatch(const Event& event, const std::string& expected);
// One `=` row against a balance as JSON: empty, or what it says instead.
[[nodiscard]] std::string mismatch(std::string_view balance, const std::vector<std::string>& words);

class Table {
 public:
  explicit Table(const Catalog& catalog = table_catalog()) { use_catalog(catalog); }

  // Another catalog over the same log, which is folded anew; `catalog` must outlive the table.
  Table& use_catalog(const Catalog& catalog);

  // Runs rows and reports each that comes out otherwise as a failed check.
  Table& rows(std::string_view text);
  // One command as sent, without a check of its outcome.
  Answer send(const std::string& json);

  // Who seals free text and runs errands.
  [[nodiscard]] ToyCustody& custody() { return custody_; }
  [[nodiscard]] const Engine& engine() const { return *engine_; }
  [[nodiscard]] Engine& engine() { return *engine_; }
  [[nodiscard]] const MemoryLog& log() const { return log_; }
  [[nodiscard]] const AccountState& state(std::string_view account = "acme") const;
  [[nodiscard]] std::string balance(std::string_view account, std::optional<Instant> at) const;
  [[nodiscard]] std::vector<Event> events() const;

 private:
  void row(std::string_view text);
  void check_outcome(const Answer& answer, std::string_view expected);
  void check_fold(const Answer& answer);

  MemoryLog log_;
  ToyCustody custody_;
  std::optional<Engine> engine_;
  Book folded_;  // the same log, event by event
  Instant clock_ = moment("2030-01-01");
  Instant latest_ = instant_min;
  int number_ = 0;
};

inline void check_table(std::string_view rows) { Table().rows(rows); }

}  // namespace creditfold::test
