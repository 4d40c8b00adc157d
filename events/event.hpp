// SPDX-License-Identifier: Apache-2.0
// THE catalogue: every fact the log can hold, a struct each, with its stored tag, its name and its fields in stored
// order. Codec, JSON, the browser's types and the format document all read `fields`; nothing else lists an event's
// fields.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "events/vocabulary.hpp"

namespace creditfold {

// Tags and names are stored: never change one, never use one again. A changed shape is a new `revision` with an upcast.
// `fields(self, visit)` calls visit(name, member) in stored order; `Self` is the struct, const or not.

struct AccountOpened {
  static constexpr std::uint8_t tag = 1;
  static constexpr std::string_view name = "AccountOpened";
  Environment environment = Environment::commercial;
  RegionId region;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("environment", self.environment);
    visit("region", self.region);
  }
};

// What a term of AI Studio fixes for its whole length; absent for seat products. Written flat in JSON.
struct PlanTerms {
  PlanId plan;
  Cadence cadence = Cadence::monthly;
  Credits allotment;
  Credits increment;
  OnExhaustion on_exhaustion = OnExhaustion::stop;
  std::int32_t stop_at_percent = 100;
  RateCardId rate_card;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("plan", self.plan);
    visit("cadence", self.cadence);
    visit("allotment", self.allotment);
    visit("increment", self.increment);
    visit("on_exhaustion", self.on_exhaustion);
    visit("stop_at_percent", self.stop_at_percent);
    visit("rate_card", self.rate_card);
  }
};

struct TermStarted {
  static constexpr std::uint8_t tag = 2;
  static constexpr std::string_view name = "TermStarted";
  ProductId product;
  std::int32_t term = 1;  // from 1, for each plan or product
  Instant starts_at;
  Instant ends_at;
  std::optional<PlanTerms> ai_studio;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("product", self.product);
    visit("term", self.term);
    visit("starts_at", self.starts_at);
    visit("ends_at", self.ends_at);
    visit("ai_studio", self.ai_studio);
  }
};

struct TermEnded {
  static constexpr std::uint8_t tag = 3;
  static constexpr std::string_view name = "TermEnded";
  ProductId product;
  std::optional<PlanId> plan;
  std::int32_t term = 1;
  Instant ends_at;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("product", self.product);
    visit("plan", self.plan);
    visit("term", self.term);
    visit("ends_at", self.ends_at);
  }
};

struct BuildersChanged {
  static constexpr std::uint8_t tag = 4;
  static constexpr std::string_view name = "BuildersChanged";
  PlanId plan;
  Builders actors;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("plan", self.plan);
    visit("actors", self.actors);
  }
};

struct CreditsGranted {
  static constexpr std::uint8_t tag = 5;
  static constexpr std::string_view name = "CreditsGranted";
  LotId lot;  // plan/term/period/n
  PlanId plan;
  LotKind kind = LotKind::allotment;
  Credits credits;
  Instant starts_at;
  Instant expires_at;
  std::optional<Money> price;  // of the lot; purchases only (H22)
  std::optional<FreeText> reason;
  std::optional<UsageId> corrects;
  std::optional<Text> billing_name;  // the plan's, where the catalog has one; beside a price only (H22)
  template <class Self, class Visit>
  static void first_fields(Self& self, Visit&& visit) {
    visit("lot", self.lot);
    visit("plan", self.plan);
    visit("kind", self.kind);
    visit("credits", self.credits);
    visit("starts_at", self.starts_at);
    visit("expires_at", self.expires_at);
    visit("price", self.price);
    visit("reason", self.reason);
    visit("corrects", self.corrects);
  }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    first_fields(self, visit);
    visit("name", self.billing_name);
  }
};

struct CreditsConsumed {
  static constexpr std::uint8_t tag = 6;
  static constexpr std::string_view name = "CreditsConsumed";
  UsageId usage;
  PlanId plan;
  WorkflowId workflow;
  ModelId model;
  Volume query;
  Volume input;
  Volume output;
  RateCardId rate_card;
  Credits credits;  // the whole charge, covered or not
  bool late = false;
  std::vector<UsageFlag> flags;  // in the order of their checks, each at most once
  std::optional<AuthorizationId> settles;
  std::optional<FreeText> memo;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("usage", self.usage);
    visit("plan", self.plan);
    visit("workflow", self.workflow);
    visit("model", self.model);
    visit("query", self.query);
    visit("input", self.input);
    visit("output", self.output);
    visit("rate_card", self.rate_card);
    visit("credits", self.credits);
    visit("late", self.late);
    visit("flags", self.flags);
    visit("settles", self.settles);
    visit("memo", self.memo);
  }
};

struct CreditsHeld {
  static constexpr std::uint8_t tag = 7;
  static constexpr std::string_view name = "CreditsHeld";
  AuthorizationId authorization;
  PlanId plan;
  Credits credits;  // the full cost; what lots cover of it is held (H16)
  Instant expires_at;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("authorization", self.authorization);
    visit("plan", self.plan);
    visit("credits", self.credits);
    visit("expires_at", self.expires_at);
  }
};

struct HoldReleased {
  static constexpr std::uint8_t tag = 8;
  static constexpr std::string_view name = "HoldReleased";
  AuthorizationId authorization;
  ReleaseReason reason = ReleaseReason::released;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("authorization", self.authorization);
    visit("reason", self.reason);
  }
};

struct PeriodClosed {
  static constexpr std::uint8_t tag = 9;
  static constexpr std::string_view name = "PeriodClosed";
  PlanId plan;
  std::int32_t term = 1;
  std::int32_t period = 1;
  Instant starts_at;
  Instant ends_at;
  Credits granted;
  Credits consumed;
  Credits expired;
  Credits uncovered;
  std::optional<Money> overage;
  std::optional<Text> billing_name;  // as in CreditsGranted; beside an overage only
  template <class Self, class Visit>
  static void first_fields(Self& self, Visit&& visit) {
    visit("plan", self.plan);
    visit("term", self.term);
    visit("period", self.period);
    visit("starts_at", self.starts_at);
    visit("ends_at", self.ends_at);
    visit("granted", self.granted);
    visit("consumed", self.consumed);
    visit("expired", self.expired);
    visit("uncovered", self.uncovered);
    visit("overage", self.overage);
  }
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    first_fields(self, visit);
    visit("name", self.billing_name);
  }
};

struct SeatsChanged {
  static constexpr std::uint8_t tag = 10;
  static constexpr std::string_view name = "SeatsChanged";
  ProductId product;
  std::int64_t from = 0;
  std::int64_t to = 0;
  Instant effective_at;
  Money seat_price;  // per seat and year
  Text billing_name;
  std::optional<ProductId> billed_with;
  std::optional<Text> billed_as;
  std::optional<ProductId> parity_with;  // whose term an add-on shares, so that a fold prorates without a catalog
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("product", self.product);
    visit("from", self.from);
    visit("to", self.to);
    visit("effective_at", self.effective_at);
    visit("seat_price", self.seat_price);
    visit("name", self.billing_name);
    visit("billed_with", self.billed_with);
    visit("billed_as", self.billed_as);
    visit("parity_with", self.parity_with);
  }
};

struct KeyRotated {
  static constexpr std::uint8_t tag = 11;
  static constexpr std::string_view name = "KeyRotated";
  KeyArn key_arn;
  std::optional<KeyArn> previous;
  Bytes wrapped_key;
  std::optional<FreeText> reason;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("key_arn", self.key_arn);
    visit("previous", self.previous);
    visit("wrapped_key", self.wrapped_key);
    visit("reason", self.reason);
  }
};

struct KeyRevoked {
  static constexpr std::uint8_t tag = 12;
  static constexpr std::string_view name = "KeyRevoked";
  KeyArn key_arn;
  std::optional<FreeText> reason;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("key_arn", self.key_arn);
    visit("reason", self.reason);
  }
};

struct RegionMigrated {
  static constexpr std::uint8_t tag = 13;
  static constexpr std::string_view name = "RegionMigrated";
  RegionId from;
  RegionId to;
  std::int64_t events = 0;
  Bytes hash;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("from", self.from);
    visit("to", self.to);
    visit("events", self.events);
    visit("hash", self.hash);
  }
};

struct ConsentChanged {
  static constexpr std::uint8_t tag = 14;
  static constexpr std::string_view name = "ConsentChanged";
  FeatureId feature;
  bool granted = false;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("feature", self.feature);
    visit("granted", self.granted);
  }
};

struct TermsAccepted {
  static constexpr std::uint8_t tag = 15;
  static constexpr std::string_view name = "TermsAccepted";
  TermsId terms;
  bool accepted = true;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("terms", self.terms);
    visit("accepted", self.accepted);
  }
};

struct AccessChanged {
  static constexpr std::uint8_t tag = 16;
  static constexpr std::string_view name = "AccessChanged";
  bool allowed = true;
  std::optional<FreeText> reason;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("allowed", self.allowed);
    visit("reason", self.reason);
  }
};

struct ProductAdded {
  static constexpr std::uint8_t tag = 17;
  static constexpr std::string_view name = "ProductAdded";
  ProductId product;
  std::optional<RegionId> region;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("product", self.product);
    visit("region", self.region);
  }
};

struct ProductRemoved {
  static constexpr std::uint8_t tag = 18;
  static constexpr std::string_view name = "ProductRemoved";
  ProductId product;
  Instant effective_at;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("product", self.product);
    visit("effective_at", self.effective_at);
  }
};

// In the order of their tags. The variant's index is never stored.
using Payload =
    std::variant<AccountOpened, TermStarted, TermEnded, BuildersChanged, CreditsGranted, CreditsConsumed, CreditsHeld,
                 HoldReleased, PeriodClosed, SeatsChanged, KeyRotated, KeyRevoked, RegionMigrated, ConsentChanged,
                 TermsAccepted, AccessChanged, ProductAdded, ProductRemoved>;

inline constexpr std::size_t event_kinds = std::variant_size_v<Payload>;

namespace detail {
template <std::size_t... I>
constexpr bool tags_are_1_to_n(std::index_sequence<I...>) {
  return ((std::variant_alternative_t<I, Payload>::tag == I + 1) && ...);
}
}  // namespace detail
static_assert(detail::tags_are_1_to_n(std::make_index_sequence<event_kinds>{}), "a stored tag moved");

// A fact in its envelope.
struct Event {
  std::int64_t seq = 0;      // position in its partition's log, from 1 without gaps; given by the log, not in the bytes
  RegionId partition{};      // whose log; likewise given by it, and empty in the home region's and in a log of nobody's
  AccountId account;
  std::int64_t version = 0;  // position in the account's own stream, from 1 without gaps
  Instant at;                // when it happened, by the command
  Instant recorded_at;       // when it was written, by the clock
  IdempotencyKey key;        // of the command that caused it
  std::optional<ActorId> actor;
  Payload payload;
};

template <class P>
bool same_fields(const P& a, const P& b);
bool operator==(const Event& a, const Event& b);
[[nodiscard]] std::string_view type_name(const Payload& payload);

}  // namespace creditfold
