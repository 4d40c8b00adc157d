// SPDX-License-Identifier: Apache-2.0
// Every command a caller may send: wishes, imperative, already of the right form. Whether they come true is for
// `decide`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "events/vocabulary.hpp"

namespace creditfold {

struct OpenAccount {
  static constexpr std::string_view name = "OpenAccount";
  Environment environment = Environment::commercial;
  RegionId region;
};

// One command for AI Studio plans and seat products; which fields must be there depends on the product.
struct StartTerm {
  static constexpr std::string_view name = "StartTerm";
  ProductId product;
  Instant starts_at;
  Instant ends_at;
  std::optional<PlanId> plan;
  std::optional<Cadence> cadence;
  std::optional<Credits> allotment;  // an order form's; overrides the catalog's
  std::optional<std::int64_t> seats;
  std::optional<Money> seat_price;  // likewise
};

struct RenewTerm {
  static constexpr std::string_view name = "RenewTerm";
  ProductId product;
  std::optional<PlanId> plan;
  Instant ends_at;
};

struct EndTerm {
  static constexpr std::string_view name = "EndTerm";
  ProductId product;
  std::optional<PlanId> plan;
  Instant ends_at;
};

struct SetBuilders {
  static constexpr std::string_view name = "SetBuilders";
  PlanId plan;
  Builders actors;
};

struct GrantCredits {
  static constexpr std::string_view name = "GrantCredits";
  PlanId plan;
  Credits credits;
  LotKind kind = LotKind::promotion;  // promotion or correction
  std::int64_t period = 0;            // from 1, in the plan's term in force at `at`
  Text reason;
  std::optional<UsageId> corrects;
};

struct PurchaseCredits {
  static constexpr std::string_view name = "PurchaseCredits";
  PlanId plan;
  Credits credits;  // in each named period
  std::int64_t first = 0;
  std::int64_t last = 0;
};

struct TransferCredits {
  static constexpr std::string_view name = "TransferCredits";
  AccountId to;
  Credits credits;
};

struct RecordUsage {
  static constexpr std::string_view name = "RecordUsage";
  UsageId usage;
  WorkflowId workflow;
  ModelId model;
  Volume query;
  Volume input;
  Volume output;
  std::optional<PlanId> plan;
  std::optional<ActorId> actor;
  std::optional<AuthorizationId> settles;
  std::optional<Text> classification;
  std::optional<bool> ai_generated;
  std::optional<Text> memo;
};

struct AuthorizeUsage {
  static constexpr std::string_view name = "AuthorizeUsage";
  AuthorizationId authorization;
  WorkflowId workflow;
  ModelId model;
  Volume query;
  Volume input;
  Volume output;
  Instant expires_at;
  std::optional<PlanId> plan;
  std::optional<ActorId> actor;
  std::optional<Text> classification;
};

struct ReleaseAuthorization {
  static constexpr std::string_view name = "ReleaseAuthorization";
  AuthorizationId authorization;
};

struct ClosePeriods {
  static constexpr std::string_view name = "ClosePeriods";
};

struct ChangeSeats {
  static constexpr std::string_view name = "ChangeSeats";
  ProductId product;
  std::int64_t seats = 0;
};

struct AddProduct {
  static constexpr std::string_view name = "AddProduct";
  ProductId product;
  std::optional<RegionId> region;
};

struct RemoveProduct {
  static constexpr std::string_view name = "RemoveProduct";
  ProductId product;
};

struct MigrateRegion {
  static constexpr std::string_view name = "MigrateRegion";
  RegionId region;
  std::string scope;  // any: what is not the whole organization is refused with its clause (RES-3)
};

struct RotateKey {
  static constexpr std::string_view name = "RotateKey";
  KeyArn key_arn;  // of the form of an AWS KMS key's
  std::optional<Text> reason;
};

struct RevokeKey {
  static constexpr std::string_view name = "RevokeKey";
  std::optional<Text> reason;
};

struct SetConsent {
  static constexpr std::string_view name = "SetConsent";
  FeatureId feature;
  bool granted = false;
};

struct AcceptTerms {
  static constexpr std::string_view name = "AcceptTerms";
  TermsId terms;
  bool accepted = true;
};

struct SetAccess {
  static constexpr std::string_view name = "SetAccess";
  bool allowed = true;
  std::optional<Text> reason;
};

using CommandBody =
    std::variant<OpenAccount, StartTerm, RenewTerm, EndTerm, SetBuilders, GrantCredits, PurchaseCredits,
                 TransferCredits, RecordUsage, AuthorizeUsage, ReleaseAuthorization, ClosePeriods, ChangeSeats,
                 AddProduct, RemoveProduct, MigrateRegion, RotateKey, RevokeKey, SetConsent, AcceptTerms, SetAccess>;

struct Command {
  AccountId account;
  IdempotencyKey key;
  std::optional<Instant> at;  // left out: now
  CommandBody body;
  bool marked =
      false;  // GOV-3: some text of it, ids and key included, carries a classification marking; read off as sent
};

// H1: how far a command's `at` may lie ahead of the clock, for clocks that disagree.
inline constexpr std::int64_t future_micros_max = 5LL * 60 * 1'000'000;

}  // namespace creditfold
