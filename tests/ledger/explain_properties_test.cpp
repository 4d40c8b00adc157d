// SPDX-License-Identifier: Apache-2.0
// What every explanation keeps, under random streams of commands: the draws it reports are those the fold made, seen
// from the charges and from the lots, and the numbers of an invoice line give its amount.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <map>

#include "events/store/memory.hpp"
#include "ledger/credits.hpp"
#include "ledger/draws.hpp"
#include "ledger/engine.hpp"
#include "ledger/explain.hpp"
#include "ledger/fold_or_fault.hpp"
#include "ledger/invoices.hpp"
#include "ledger/receipt.hpp"
#include "ledger/statement.hpp"
#include "tests/ledger/stream.hpp"
#include "tests/ledger/table.hpp"

using namespace creditfold;

namespace {

__extension__ using Wide = __int128;

using Drawn = std::map<std::pair<UsageId, LotId>, Credits>;

// An account up to a position: its events, and what they fold to.
struct Account {
  AccountHistory history;
  std::vector<Event> events;
  AccountState state;
};

Account account_of(const Log& log, const AccountId& id, std::int64_t as_of) {
  Account account{AccountHistory(log, id, as_of), {}, {}};
  account.history.read([&](const Event& event) {
    account.events.push_back(event);
    fold_or_fault(account.state, event);
  });
  return account;
}

Explanation told(const Account& account, const Why& why) {
  auto explained = explain(account.history, why, test::table_catalog());
  RC_ASSERT(explained.has_value());
  for (const WhyStep& step : explained->steps) RC_ASSERT(!step.label.empty());
  RC_ASSERT(!explanation_json(*explained).empty());
  return std::move(*explained);
}

// The lots' side: what each lot says was drawn from it is what the fold has drawn.
Drawn draws_of_lots(const Account& account) {
  Drawn drawn;
  for (const auto& [plan, pool] : account.state.pools) {
    for (const Term& term : pool.terms) {
      for (const Period& period : term.periods) {
        (void)told(account, WhyPeriod{plan, term.number, period.number});
        for (const Lot& lot : period.lots) {
          const LotId id = credits::to_id({plan, term.number, period.number, lot.number});
          Credits sum;
          for (const Draw& draw : told(account, WhyLot{id}).draws) {
            RC_ASSERT(draw.lot == id);
            sum += draw.credits;
            drawn[{draw.usage, id}] += draw.credits;
          }
          RC_ASSERT(sum == lot.drawn);
        }
      }
    }
  }
  return drawn;
}

// The charges' side. Usage ids are unique in these streams.
Drawn draws_of_charges(const Account& account) {
  Drawn drawn;
  std::map<std::tuple<PlanId, std::int32_t, std::int32_t>, Credits> covered;
  for (const Event& event : account.events) {
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    if (charge == nullptr) continue;
    const FoundCharge found(account.history, charge->usage);
    RC_ASSERT(static_cast<bool>(found));
    RC_ASSERT(found.event() == event);
    const ChargeFold& fold = found.fold();
    RC_ASSERT(fold.covered + fold.uncovered == charge->credits);
    Credits sum;
    for (const Draw& draw : told(account, WhyCharge{charge->usage}).draws) {
      sum += draw.credits;
      drawn[{charge->usage, draw.lot}] += draw.credits;
    }
    RC_ASSERT(sum == fold.covered);
    covered[{charge->plan, fold.term, fold.period}] += sum;
    RC_ASSERT(receipt_json(account.history, charge->usage, test::table_catalog()).has_value());
  }
  for (const auto& [plan, pool] : account.state.pools) {
    for (const Term& term : pool.terms) {
      for (const Period& period : term.periods) {
        RC_ASSERT((covered[{plan, term.number, period.number}]) == period.consumed);
      }
    }
  }
  return drawn;
}

// The same told during one fold.
Drawn draws_of_watch(const Account& account) {
  Drawn drawn;
  std::map<std::int64_t, LotId> lots;  // by the version that granted them
  AccountState state;
  DrawWatch watch;
  for (const Event& event : account.events) {
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    if (charge != nullptr) watch.before(state, event.at, *charge);
    fold_or_fault(state, event);
    if (const auto* grant = std::get_if<CreditsGranted>(&event.payload)) lots[event.version] = grant->lot;
    if (charge == nullptr) continue;
    for (const LotDraw& draw : watch.after(state, event.at, *charge).draws) {
      drawn[{charge->usage, lots.at(draw.granted)}] += draw.credits;
    }
  }
  return drawn;
}

// ADD-2 once more, from the numbers shown: half to even, in 128 bits.
std::int64_t product_over_year(std::int64_t seats, std::int64_t price, std::int64_t days) {
  const Wide product = static_cast<Wide>(seats) * price * days;
  const Wide whole = product / 365;
  const Wide twice = product % 365 * 2;
  const bool up = twice > 365 || (twice == 365 && whole % 2 != 0);
  return static_cast<std::int64_t>(whole) + (up ? 1 : 0);
}

void check_lines(const Account& account) {
  InvoiceWatch watch;
  AccountState state;
  for (const Event& event : account.events) {
    fold_or_fault(state, event);
    watch(event, state);
  }
  const std::vector<DetailedLine> lines = watch.lines(state);
  const std::vector<std::size_t> order = invoice_order(state);
  RC_ASSERT(lines.size() == order.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const InvoiceLine& line = state.invoice_lines[order[i]];
    RC_ASSERT(lines[i].line.version == line.version);
    RC_ASSERT(lines[i].line.amount == line.amount);
    RC_ASSERT(lines[i].parts.size() == line.products.size());
    std::int64_t sum = 0;
    for (const InvoicePart& part : lines[i].parts) {
      sum += part.amount.minor;
      if (const auto* seats = std::get_if<SeatsBilled>(&part.billed)) {
        RC_ASSERT(product_over_year(seats->to - seats->from, seats->seat_price.minor, seats->days) ==
                  part.amount.minor);
      } else {
        RC_ASSERT(part.increments.has_value());
        RC_ASSERT(part.increments->count * part.increments->unit_minor == part.amount.minor);
      }
    }
    RC_ASSERT(sum == line.amount.minor);
    const Explanation why = told(account, WhyLine{static_cast<std::int64_t>(i) + 1});
    RC_ASSERT(why.steps.back().value == std::to_string(line.amount.minor));
    RC_ASSERT(why.events.size() == lines[i].parts.size());
  }
}

}  // namespace

TEST_CASE(
    "H11: the draws told of lots and of charges are one another's, and the fold's own; lines give their amounts") {
  const bool held = rc::check("explanations", [&] {
    const auto seed = *rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()).as("seed of the stream");
    const auto count = *rc::gen::inRange(1, 260).as("commands of it");
    MemoryLog log;
    Engine engine(log, test::table_catalog());
    for (const std::string& command : test::command_stream(seed, {.accounts = 2, .commands = count})) {
      const std::string_view text(command);
      (void)engine.process({&text, 1}, test::stream_clock);
    }
    const auto cut = static_cast<std::int64_t>(*rc::gen::inRange(0, static_cast<int>(log.head()) + 1).as("position"));
    for (const std::int64_t as_of : {cut, log.head()}) {
      for (const auto& [id, state] : engine.book().accounts()) {
        const Account account = account_of(log, id, as_of);
        if (account.events.empty()) continue;
        RC_ASSERT(draws_of_lots(account) == draws_of_charges(account));
        RC_ASSERT(draws_of_watch(account) == draws_of_charges(account));
        check_lines(account);
        for (const auto& [key, totals] : account.state.usage) {
          RC_ASSERT(told(account, WhyUse{key.first, key.second}).steps.front().value == to_text(totals.credits));
        }
      }
    }
  });
  REQUIRE(held);
}
