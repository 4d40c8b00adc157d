// SPDX-License-Identifier: Apache-2.0
// What is sold and at which rates: plans, rate cards, products, regions, notices. Data with a schema
// (catalog.schema.json); the rules read it when a command is decided, and write what they took into the event, so that
// a fold never needs it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "events/expected.hpp"
#include "events/vocabulary.hpp"

namespace creditfold {

struct Plan {
  std::optional<std::string> billing_name;  // of its packs and overage; none: its id
  std::int32_t rank = 0;
  std::map<Cadence, Credits> allotment;  // the cadences offered
  Credits increment;                     // 0: no packs are sold
  OnExhaustion on_exhaustion = OnExhaustion::stop;
  std::int32_t stop_at_percent = 100;
  RateCardId rate_card;
  std::optional<Money> increment_price;  // per increment bought
  std::optional<Money> overage_price;    // per begun increment of uncovered credits at a close
};

struct Model {
  std::string provider;
  Rate query;
  Rate input;
  Rate output;
  std::optional<TermsId> partner_terms;  // AI-3
  bool beta = false;                     // AI-5
  bool gov = false;                      // GOV-1: authorized in the government environment
  std::optional<Instant> withdrawn_at;   // AI-5
};

struct RateCard {
  std::map<ModelId, Model> models;
};

struct Product {
  std::optional<std::string> billing_name;
  std::optional<Money> seat_price;  // per seat and year; a product with one is sold by seats
  std::optional<ProductId> parity_with;
  std::optional<ProductId> billed_with;
  std::optional<std::string> billed_as;
  std::map<RegionId, bool> regions;  // data_residency: where it can be bought for
};

struct Region {
  bool gov = false;
};

struct Catalog {
  std::string name;
  std::string vendor;  // who sells; empty: not said
  std::string vendor_aws_account;
  std::map<PlanId, Plan> plans;
  std::map<RateCardId, RateCard> rate_cards;
  std::map<ProductId, Product> products;
  std::map<RegionId, Region> regions;
  std::map<std::string, std::string> notices;  // AI-6

  [[nodiscard]] const Plan* plan(const PlanId& id) const;
  [[nodiscard]] const Model* model(const RateCardId& card, const ModelId& id) const;
  [[nodiscard]] const Product* product(const ProductId& id) const;
};

// Where a catalog is wrong: the line in the file (from 1), the path to the value ("/plans/plus/increment") and why.
struct CatalogFault {
  std::size_t line = 0;
  std::string path;
  std::string what;
};
[[nodiscard]] std::string to_text(const CatalogFault& fault);

inline constexpr std::size_t catalog_bytes_max = 8U << 20;  // a price list, not a database

[[nodiscard]] Expected<Catalog, CatalogFault> parse_catalog(std::string_view json);

// The catalog that is shipped, as JSON text and parsed. (Public figures only; where prices are unknown there are none.)
[[nodiscard]] std::string_view default_catalog_json();
[[nodiscard]] const Catalog& default_catalog();

}  // namespace creditfold
