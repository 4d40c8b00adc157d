// SPDX-License-Identifier: Apache-2.0
// One account's state: plain data that a fold builds from the account's events. No I/O, no rules; the families hold
// those. `fields` is the canonical order of the state's bytes: the fingerprint and the snapshot are made of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/vocabulary.hpp"

namespace creditfold {

// Credits granted together; spendable inside one Credit Period of one plan (AIS-4e, AIS-4f).
struct Lot {
  std::int32_t number = 1;  // n of plan/term/period/n, in the order granted
  LotKind kind = LotKind::allotment;
  Credits granted;
  Credits drawn;
  Credits held;
  Credits expired;
  std::int64_t version = 0;  // of the grant: its age (H11)

  [[nodiscard]] Credits remaining() const { return granted - drawn - held - expired; }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("number", self.number);
    visit("kind", self.kind);
    visit("granted", self.granted);
    visit("drawn", self.drawn);
    visit("held", self.held);
    visit("expired", self.expired);
    visit("version", self.version);
  }
};

// A Credit Period that has been opened or that a lot waits for. H12: granted = consumed + held + expired + remaining.
struct Period {
  std::int32_t number = 1;
  Credits granted;
  Credits consumed;   // the covered part of charges
  Credits held;       // by live authorizations made in it
  Credits expired;    // recorded by its close
  Credits uncovered;  // what no lot covered, beside the equation
  std::vector<Lot> lots;

  [[nodiscard]] Credits remaining() const { return granted - consumed - held - expired; }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("number", self.number);
    visit("granted", self.granted);
    visit("consumed", self.consumed);
    visit("held", self.held);
    visit("expired", self.expired);
    visit("uncovered", self.uncovered);
    visit("lots", self.lots);
  }
};

// A Product Term of one plan. Periods open and close in order, so two counts say which are what.
struct Term {
  std::int32_t number = 1;
  Instant starts_at;
  Instant ends_at;
  Cadence cadence = Cadence::monthly;
  Credits allotment;
  Credits increment;
  OnExhaustion on_exhaustion = OnExhaustion::stop;
  std::int32_t stop_at_percent = 100;
  RateCardId rate_card;
  std::int32_t opened = 0;  // periods 1..opened have been opened
  std::int32_t closed = 0;  // periods 1..closed have been closed; closed <= opened
  std::vector<Period> periods;  // by number

  [[nodiscard]] bool in_force(Instant at) const { return starts_at <= at && at < ends_at; }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("number", self.number);
    visit("starts_at", self.starts_at);
    visit("ends_at", self.ends_at);
    visit("cadence", self.cadence);
    visit("allotment", self.allotment);
    visit("increment", self.increment);
    visit("on_exhaustion", self.on_exhaustion);
    visit("stop_at_percent", self.stop_at_percent);
    visit("rate_card", self.rate_card);
    visit("opened", self.opened);
    visit("closed", self.closed);
    visit("periods", self.periods);
  }
};

// A thing that stands one way until it is changed, measured by moments that may run backwards (H1): what held at a
// moment is what was last recorded among the changes that had happened by then. Changes in the order recorded.
template <class T>
struct Standing {
  struct Change {
    Instant at;
    T value{};
    template <class Self, class Visit>
    static void fields(Self& self, Visit&& visit) {
      visit("at", self.at);
      visit("value", self.value);
    }
  };
  std::vector<Change> changes;

  void change(Instant at, T value) { changes.push_back(Change{at, std::move(value)}); }
  [[nodiscard]] const T* at(Instant moment) const {
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      if (change->at <= moment) return &change->value;
    }
    return nullptr;
  }
  [[nodiscard]] const T* latest() const { return changes.empty() ? nullptr : &changes.back().value; }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("changes", self.changes);
  }
};

// Whether the account has a product that is not sold by seats, and for which region it was bought.
struct SeatlessProduct {
  bool there = false;
  std::optional<RegionId> region;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("there", self.there);
    visit("region", self.region);
  }
};

// Everything of one plan on the account: its terms in order and who may build with it (H5, H6).
struct Pool {
  Standing<Builders> builders;  // nothing recorded: everyone
  std::vector<Term> terms;  // by number, which is by time
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("builders", self.builders);
    visit("terms", self.terms);
  }
};

struct HeldLot {
  std::int32_t lot = 1;
  Credits credits;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("lot", self.lot);
    visit("credits", self.credits);
  }
};

// A live authorization and what it holds (H16).
struct Hold {
  PlanId plan;
  std::int32_t term = 1;
  std::int32_t period = 1;
  Credits cost;  // the full cost, covered or not
  Instant expires_at;
  std::vector<HeldLot> lots;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("plan", self.plan);
    visit("term", self.term);
    visit("period", self.period);
    visit("cost", self.cost);
    visit("expires_at", self.expires_at);
    visit("lots", self.lots);
  }
};

struct UsageTotals {
  std::int64_t charges = 0;
  Volume query;
  Volume input;
  Volume output;
  Credits credits;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("charges", self.charges);
    visit("query", self.query);
    visit("input", self.input);
    visit("output", self.output);
    visit("credits", self.credits);
  }
};

// Fewer seats from the next renewal on (H21).
struct ScheduledSeats {
  std::int64_t seats = 0;
  Instant effective_at;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("seats", self.seats);
    visit("effective_at", self.effective_at);
  }
};

// The seats of one product in one term. An add-on's has its parent's number and end, and starts when it was added.
struct SeatTerm {
  std::int32_t number = 1;
  Instant starts_at;
  Instant ends_at;
  std::int64_t seats = 0;
  std::optional<Money> seat_price;  // per seat and year, as last invoiced; none between a term's start and its seats
  std::optional<ScheduledSeats> scheduled;

  [[nodiscard]] bool in_force(Instant at) const { return starts_at <= at && at < ends_at; }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("number", self.number);
    visit("starts_at", self.starts_at);
    visit("ends_at", self.ends_at);
    visit("seats", self.seats);
    visit("seat_price", self.seat_price);
    visit("scheduled", self.scheduled);
  }
};

// A product sold by seats: a parent with terms of its own, or an add-on in parity that shares its parent's (ADD-1,
// EKM-4).
struct SeatProduct {
  std::optional<ProductId> parity_with;
  std::vector<SeatTerm> terms;  // by number
  bool removed = false;         // at the end of its last term
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("parity_with", self.parity_with);
    visit("terms", self.terms);
    visit("removed", self.removed);
  }
};

// What the vendor bills: seats added, packs bought, overage at a close (ADD-2, EKM-4, H18, H22).
struct InvoiceLine {
  Instant at;
  std::int64_t version = 0;
  IdempotencyKey key;  // of the batch: lines of one batch may become one (EKM-4)
  Text billing_name;
  std::vector<ProductId> products;
  std::optional<std::int64_t> seats;
  std::optional<Credits> credits;  // of a purchase or an overage, in place of seats
  Money amount;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("at", self.at);
    visit("version", self.version);
    visit("key", self.key);
    visit("name", self.billing_name);
    visit("products", self.products);
    visit("seats", self.seats);
    visit("credits", self.credits);
    visit("amount", self.amount);
  }
};

// A change of region, as it was recorded (RES-1).
struct Migration {
  RegionId from;
  RegionId to;
  Instant at;
  std::int64_t version = 0;  // of the event
  std::int64_t events = 0;   // how many were copied
  Bytes hash;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("from", self.from);
    visit("to", self.to);
    visit("at", self.at);
    visit("version", self.version);
    visit("events", self.events);
    visit("hash", self.hash);
  }
};

// The customer's key over the account's data key (EKM-1, EKM-5). Once revoked it stays so.
struct CustomerKey {
  KeyArn key_arn;
  Bytes wrapped_key;  // the data key as the newest rotation wrapped it
  bool revoked = false;

  friend bool operator==(const CustomerKey& a, const CustomerKey& b) {
    return a.key_arn == b.key_arn && a.wrapped_key == b.wrapped_key && a.revoked == b.revoked;
  }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("key_arn", self.key_arn);
    visit("wrapped_key", self.wrapped_key);
    visit("revoked", self.revoked);
  }
};

using UsageKey = std::pair<WorkflowId, ModelId>;

struct AccountState {
  AccountId account;
  std::int64_t version = 0;  // of the newest event folded
  Instant latest_at = instant_min;  // the greatest `at` among the events folded
  Environment environment = Environment::commercial;
  RegionId region;
  std::vector<Migration> migrations;  // in order
  Standing<bool> access;  // AI-0; nothing recorded: allowed
  std::map<PlanId, Pool> pools;
  std::map<AuthorizationId, Hold> holds;  // live ones only
  std::map<UsageKey, UsageTotals> usage;
  std::map<ProductId, SeatProduct> seats;
  std::map<ProductId, Standing<SeatlessProduct>> products;  // nothing recorded: not there
  std::vector<InvoiceLine> invoice_lines;
  std::map<FeatureId, Standing<bool>> consents;  // nothing recorded: not granted
  std::map<TermsId, Standing<bool>> terms;       // nothing recorded: not accepted
  std::optional<CustomerKey> key;                // none enrolled: free text is not sealed
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("account", self.account);
    visit("version", self.version);
    visit("latest_at", self.latest_at);
    visit("environment", self.environment);
    visit("region", self.region);
    visit("migrations", self.migrations);
    visit("access", self.access);
    visit("pools", self.pools);
    visit("holds", self.holds);
    visit("usage", self.usage);
    visit("seats", self.seats);
    visit("products", self.products);
    visit("invoice_lines", self.invoice_lines);
    visit("consents", self.consents);
    visit("terms", self.terms);
    visit("key", self.key);
  }
};

}  // namespace creditfold
