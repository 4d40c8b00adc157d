// SPDX-License-Identifier: Apache-2.0
// Catalogs: what one says, every way one can be wrong with its line and path, and the figures of the one that is
// shipped.
#include <catch2/catch.hpp>
#include <string>

#include "ledger/catalog.hpp"
#include "ledger/json.hpp"

using namespace creditfold;

namespace {

// Every field there is, a line each, so that a fault's line says which.
constexpr std::string_view whole_catalog = R"({
  "catalog": "small",
  "vendor_aws_account": "999999999999",
  "plans": {
    "plus": {
      "rank": 2,
      "allotment": {"monthly": "100", "quarterly": "300.5"},
      "increment": "10",
      "on_exhaustion": "overage",
      "stop_at_percent": 90,
      "rate_card": "card",
      "increment_price": {"currency": "USD", "minor": 1000},
      "overage_price": {"currency": "EUR", "minor": 250}
    },
    "plain": {"rank": -1, "allotment": {"monthly": "0"}, "on_exhaustion": "unlimited", "rate_card": "card"}
  },
  "rate_cards": {
    "card": {
      "models": {
        "gpt": {
          "provider": "openai",
          "rates": {"query": "1", "input": "2.5", "output": "0.000001"},
          "partner_terms": "terms",
          "beta": true,
          "gov": true,
          "withdrawn_at": "2026-03-01T00:00:00Z"
        },
        "bare": {"provider": "own", "rates": {"query": "0", "input": "0", "output": "0"}, "partner_terms": null,
          "withdrawn_at": null}
      }
    }
  },
  "products": {
    "parent": {"name": "Parent", "seat_price": {"currency": "USD", "minor": 1}, "per": "year"},
    "child": {
      "parity_with": "parent",
      "billed_with": "parent",
      "billed_as": "Both",
      "seat_price": {"currency": "USD", "minor": 2}
    },
    "residency": {"regions": ["eu", "gov"]}
  },
  "regions": {
    "eu": {},
    "gov": {"gov": true}
  },
  "notices": {"estimate": "Only a guess."}
})";

std::string with_replaced(std::string_view from, std::string_view to) {
  std::string text(whole_catalog);
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::invalid_argument("not in the catalog: " + std::string(from));
  return text.replace(at, from.size(), to);
}

struct Broken {
  const char* from;
  const char* to;
  std::size_t line;
  const char* path;
};

void check_broken(const std::vector<Broken>& rows) {
  for (const Broken& row : rows) {
    const auto parsed = parse_catalog(with_replaced(row.from, row.to));
    INFO(row.from << "  ->  " << row.to);
    REQUIRE_FALSE(parsed.has_value());
    INFO(to_text(parsed.error()));
    CHECK(parsed.error().path == row.path);
    CHECK(parsed.error().line == row.line);
    CHECK_FALSE(parsed.error().what.empty());
  }
}

}  // namespace

TEST_CASE("Catalog: every field is read") {
  const auto parsed = parse_catalog(whole_catalog);
  INFO((parsed ? std::string() : to_text(parsed.error())));
  REQUIRE(parsed.has_value());
  CHECK(parsed->name == "small");
  CHECK(parsed->vendor_aws_account == "999999999999");
  const Plan& plus = *parsed->plan(PlanId("plus"));
  CHECK(plus.rank == 2);
  CHECK(plus.allotment.at(Cadence::monthly).micro == 100'000'000);
  CHECK(plus.allotment.at(Cadence::quarterly).micro == 300'500'000);
  CHECK(plus.increment.micro == 10'000'000);
  CHECK(plus.on_exhaustion == OnExhaustion::overage);
  CHECK(plus.stop_at_percent == 90);
  CHECK(plus.rate_card.value == "card");
  CHECK(plus.increment_price == Money{{'U', 'S', 'D'}, 1000});
  CHECK(plus.overage_price == Money{{'E', 'U', 'R'}, 250});
  const Plan& plain = *parsed->plan(PlanId("plain"));
  CHECK(plain.rank == -1);
  CHECK(plain.stop_at_percent == 100);
  CHECK(plain.increment.micro == 0);
  CHECK_FALSE(plain.increment_price);
  CHECK(plain.allotment.count(Cadence::quarterly) == 0);
  const Model& gpt = *parsed->model(RateCardId("card"), ModelId("gpt"));
  CHECK(gpt.provider == "openai");
  CHECK(gpt.query.micro_per_million == 1'000'000);
  CHECK(gpt.input.micro_per_million == 2'500'000);
  CHECK(gpt.output.micro_per_million == 1);
  CHECK(gpt.partner_terms == TermsId("terms"));
  CHECK(gpt.beta);
  CHECK(gpt.gov);
  CHECK(gpt.withdrawn_at == parse_instant("2026-03-01T00:00:00Z"));
  const Model& bare = *parsed->model(RateCardId("card"), ModelId("bare"));
  CHECK_FALSE(bare.partner_terms);
  CHECK_FALSE(bare.beta);
  CHECK_FALSE(bare.gov);
  CHECK_FALSE(bare.withdrawn_at);
  const Product& child = *parsed->product(ProductId("child"));
  CHECK(child.parity_with == ProductId("parent"));
  CHECK(child.billed_with == ProductId("parent"));
  CHECK(child.billed_as == std::string("Both"));
  CHECK_FALSE(child.billing_name);
  CHECK(parsed->product(ProductId("residency"))->regions.size() == 2);
  CHECK(parsed->regions.at(RegionId("gov")).gov);
  CHECK_FALSE(parsed->regions.at(RegionId("eu")).gov);
  CHECK(parsed->notices.at("estimate") == "Only a guess.");
  CHECK(parsed->plan(PlanId("gone")) == nullptr);
  CHECK(parsed->model(RateCardId("gone"), ModelId("gpt")) == nullptr);
  CHECK(parsed->model(RateCardId("card"), ModelId("gone")) == nullptr);
  CHECK(parsed->product(ProductId("gone")) == nullptr);
}

TEST_CASE("Catalog: what may be left out may be null, and a plan may have a name") {
  const auto parsed = parse_catalog(R"({"catalog": "c", "vendor": null, "vendor_aws_account": null, "notices": null,
    "plans": {"p": {"name": "Plan P", "rank": 1, "allotment": {"monthly": "1", "quarterly": null}, "increment": null,
      "on_exhaustion": "stop", "stop_at_percent": null, "rate_card": "r", "increment_price": null, "overage_price": null},
      "q": {"name": null, "rank": 2, "allotment": {"monthly": "1"}, "on_exhaustion": "stop", "rate_card": "r"}},
    "rate_cards": {"r": {"models": {"m": {"provider": "own", "rates": {"query": "0", "input": "0", "output": "0"},
      "partner_terms": null, "beta": null, "gov": null, "withdrawn_at": null}}}},
    "products": {"s": {"name": null, "seat_price": null, "per": null, "parity_with": null, "billed_with": null,
      "billed_as": null, "regions": null}},
    "regions": {"us": {"gov": null}}})");
  INFO((parsed ? std::string() : to_text(parsed.error())));
  REQUIRE(parsed.has_value());
  CHECK(parsed->plan(PlanId("p"))->billing_name == "Plan P");
  CHECK_FALSE(parsed->plan(PlanId("q"))->billing_name);
  CHECK(parsed->plan(PlanId("p"))->allotment.size() == 1);
  CHECK(parsed->plan(PlanId("p"))->stop_at_percent == 100);
  CHECK_FALSE(parsed->product(ProductId("s"))->billing_name);
  check_broken({
      {R"("rank": 2)", R"("rank": null)", 6, "/plans/plus/rank"},
      {R"("monthly": "0")", R"("monthly": null)", 15, "/plans/plain/allotment"},
      {R"("rank": 2)", R"("rank": 2, "name": 7)", 6, "/plans/plus/name"},
      {R"("rank": 2)", R"("rank": 2, "name": "")", 6, "/plans/plus/name"},
      {R"("eu": {})", R"("eu": null)", 44, "/regions/eu"},
  });
}

TEST_CASE("Catalog: products and notices may be left out") {
  CHECK(parse_catalog(R"({"catalog":"c","plans":{},"rate_cards":{},"regions":{}})").has_value());
}

TEST_CASE("Catalog: what is not JSON is refused with its line") {
  check_broken({
      {"\"catalog\": \"small\",", "\"catalog\": \"small\"", 3, "/"},
      {"\"rank\": 2,", "\"rank\": 2,,", 6, "/"},
      {"Only a guess.\"}\n}", "Only a guess.\"}\n}}", 48, "/"},
      {"Only a guess.\"}\n}", "Only a guess.\"}\n", 48, "/"},
      {"true", "True", 24, "/"},
      {"\"small\"", "\"\xff\"", 2, "/"},
  });
  CHECK_FALSE(parse_catalog("").has_value());
  CHECK_FALSE(parse_catalog("[]").has_value());
  CHECK_FALSE(parse_catalog("null").has_value());
  CHECK_FALSE(parse_catalog(std::string(100, '[')).has_value());
  CHECK_FALSE(parse_catalog(std::string(catalog_bytes_max + 1, ' ')).has_value());
}

TEST_CASE("Catalog: a missing field is told with the line of what it is missing from") {
  check_broken({
      {"  \"catalog\": \"small\",\n", "", 1, "/catalog"},
      {"      \"rank\": 2,\n", "", 5, "/plans/plus/rank"},
      {"      \"allotment\": {\"monthly\": \"100\", \"quarterly\": \"300.5\"},\n", "", 5, "/plans/plus/allotment"},
      {"      \"on_exhaustion\": \"overage\",\n", "", 5, "/plans/plus/on_exhaustion"},
      {"      \"rate_card\": \"card\",\n", "", 5, "/plans/plus/rate_card"},
      {"          \"provider\": \"openai\",\n", "", 20, "/rate_cards/card/models/gpt/provider"},
      {"          \"rates\": {\"query\": \"1\", \"input\": \"2.5\", \"output\": \"0.000001\"},\n", "", 20,
       "/rate_cards/card/models/gpt/rates"},
      {"\"query\": \"1\", ", "", 22, "/rate_cards/card/models/gpt/rates/query"},
      {", \"output\": \"0.000001\"", "", 22, "/rate_cards/card/models/gpt/rates/output"},
      {"\"models\"", "\"modles\"", 18, "/rate_cards/card/models"},
      {"\"currency\": \"USD\", \"minor\": 1000", "\"minor\": 1000", 12, "/plans/plus/increment_price/currency"},
      {"\"currency\": \"USD\", \"minor\": 1000", "\"currency\": \"USD\"", 12, "/plans/plus/increment_price/minor"},
      {"\"plans\"", "\"planz\"", 1, "/plans"},
      {"\"rate_cards\"", "\"cards\"", 1, "/rate_cards"},
      {"\"regions\": {\n", "\"areas\": {\n", 1, "/regions"},
  });
}

TEST_CASE("Catalog: an unknown field is refused at its line") {
  check_broken({
      {"\"catalog\": \"small\",", "\"catalog\": \"small\",\n  \"version\": 1,", 3, "/version"},
      {"\"rank\": 2,", "\"rank\": 2, \"level\": 2,", 6, "/plans/plus/level"},
      {"\"monthly\": \"100\",", "\"monthly\": \"100\", \"yearly\": \"1\",", 7, "/plans/plus/allotment/yearly"},
      {"\"minor\": 1000", "\"minor\": 1000, \"per\": 1", 12, "/plans/plus/increment_price/per"},
      {"\"beta\": true,", "\"beta\": true, \"alpha\": true,", 24, "/rate_cards/card/models/gpt/alpha"},
      {"\"query\": \"1\",", "\"query\": \"1\", \"image\": \"1\",", 22, "/rate_cards/card/models/gpt/rates/image"},
      {"\"models\": {", "\"note\": \"x\", \"models\": {", 19, "/rate_cards/card/note"},
      {"\"billed_as\": \"Both\",", "\"billed_as\": \"Both\", \"colour\": \"red\",", 38, "/products/child/colour"},
      {"\"gov\": {\"gov\": true}", "\"gov\": {\"gov\": true, \"far\": true}", 45, "/regions/gov/far"},
  });
}

TEST_CASE("Catalog: a value of the wrong form is refused at its line") {
  check_broken({
      {"\"small\"", "\"\"", 2, "/catalog"},
      {"\"small\"", "7", 2, "/catalog"},
      {"\"999999999999\"", "\"99999999999\"", 3, "/vendor_aws_account"},
      {"\"999999999999\"", "\"99999999999x\"", 3, "/vendor_aws_account"},
      {"\"rank\": 2", "\"rank\": \"2\"", 6, "/plans/plus/rank"},
      {"\"rank\": 2", "\"rank\": 2.0", 6, "/plans/plus/rank"},
      {"\"rank\": 2", "\"rank\": 2147483648", 6, "/plans/plus/rank"},
      {"\"100\"", "100", 7, "/plans/plus/allotment/monthly"},
      {"\"100\"", "\"1e2\"", 7, "/plans/plus/allotment/monthly"},
      {"\"100\"", "\"-1\"", 7, "/plans/plus/allotment/monthly"},
      {"\"300.5\"", "\"300.0000005\"", 7, "/plans/plus/allotment/quarterly"},
      {"\"100\"", "\"9223372036854.775808\"", 7, "/plans/plus/allotment/monthly"},
      {"{\"monthly\": \"100\", \"quarterly\": \"300.5\"}", "{}", 7, "/plans/plus/allotment"},
      {"{\"monthly\": \"100\", \"quarterly\": \"300.5\"}", "\"100\"", 7, "/plans/plus/allotment"},
      {"\"10\"", "\"-10\"", 8, "/plans/plus/increment"},
      {"\"overage\"", "\"panic\"", 9, "/plans/plus/on_exhaustion"},
      {"90", "-1", 10, "/plans/plus/stop_at_percent"},
      {"90", "1000001", 10, "/plans/plus/stop_at_percent"},
      {"90", "\"90\"", 10, "/plans/plus/stop_at_percent"},
      {"\"rate_card\": \"card\"", "\"rate_card\": \"\"", 11, "/plans/plus/rate_card"},
      {"\"USD\", \"minor\": 1000", "\"usd\", \"minor\": 1000", 12, "/plans/plus/increment_price/currency"},
      {"\"USD\", \"minor\": 1000", "\"USDX\", \"minor\": 1000", 12, "/plans/plus/increment_price/currency"},
      {"1000", "-1000", 12, "/plans/plus/increment_price"},
      {"1000", "10.5", 12, "/plans/plus/increment_price/minor"},
      {"{\"currency\": \"USD\", \"minor\": 1000}", "\"free\"", 12, "/plans/plus/increment_price"},
      {"\"increment\": \"10\"", "\"increment\": \"0\"", 13, "/plans/plus/overage_price"},
  });
}

TEST_CASE("Catalog: a model, product, region or notice of the wrong form is refused at its line") {
  check_broken({
      {"\"2.5\"", "2.5", 22, "/rate_cards/card/models/gpt/rates/input"},
      {"\"2.5\"", "\"-2.5\"", 22, "/rate_cards/card/models/gpt/rates/input"},
      {"\"2.5\"", "\"\"", 22, "/rate_cards/card/models/gpt/rates/input"},
      {"\"terms\"", "5", 23, "/rate_cards/card/models/gpt/partner_terms"},
      {"\"beta\": true", "\"beta\": \"true\"", 24, "/rate_cards/card/models/gpt/beta"},
      {"\"gov\": true,", "\"gov\": 1,", 25, "/rate_cards/card/models/gpt/gov"},
      {"\"2026-03-01T00:00:00Z\"", "\"2026-02-30T00:00:00Z\"", 26, "/rate_cards/card/models/gpt/withdrawn_at"},
      {"\"2026-03-01T00:00:00Z\"", "\"2026-03-01\"", 26, "/rate_cards/card/models/gpt/withdrawn_at"},
      {"\"Parent\"", "\"\"", 34, "/products/parent/name"},
      {"\"year\"", "\"month\"", 34, "/products/parent/per"},
      {"\"Both\"", "\"\"", 38, "/products/child/billed_as"},
      {"[\"eu\", \"gov\"]", "\"eu\"", 41, "/products/residency/regions"},
      {"[\"eu\", \"gov\"]", "[\"eu\", 5]", 41, "/products/residency/regions/1"},
      {"[\"eu\", \"gov\"]", "[\"eu\", \"eu\"]", 41, "/products/residency/regions/1"},
      {"\"eu\": {}", "\"eu\": true", 44, "/regions/eu"},
      {"\"Only a guess.\"", "[]", 47, "/notices/estimate"},
      {"\"plain\": {", "\"\": {", 15, "/plans/"},
  });
}

TEST_CASE("Catalog: a billing name is as long as an event takes") {
  CHECK(parse_catalog(with_replaced("\"Parent\"", "\"" + std::string(text_bytes_max, 'n') + "\"")).has_value());
  const auto parsed = parse_catalog(with_replaced("\"Parent\"", "\"" + std::string(text_bytes_max + 1, 'n') + "\""));
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().path == "/products/parent/name");
}

TEST_CASE("Catalog: names lead somewhere inside the same catalog") {
  check_broken({
      {"\"rate_card\": \"card\"", "\"rate_card\": \"cards\"", 11, "/plans/plus/rate_card"},
      {"\"parity_with\": \"parent\"", "\"parity_with\": \"nobody\"", 36, "/products/child/parity_with"},
      {"\"parity_with\": \"parent\"", "\"parity_with\": \"child\"", 36, "/products/child/parity_with"},
      {"\"parity_with\": \"parent\"", "\"parity_with\": \"residency\"", 36, "/products/child/parity_with"},
      {"\"billed_with\": \"parent\"", "\"billed_with\": \"nobody\"", 37, "/products/child/billed_with"},
      {"[\"eu\", \"gov\"]", "[\"eu\", \"mars\"]", 41, "/products/residency/regions"},
      {",\n      \"seat_price\": {\"currency\": \"USD\", \"minor\": 2}", "", 35, "/products/child/seat_price"},
  });
}

TEST_CASE("Catalog: a key that stands twice is refused at the second") {
  check_broken({
      {"\"rank\": 2,", "\"rank\": 2,\n      \"rank\": 3,", 6, "/plans/plus/rank"},
      {"\"plain\": {", "\"plus\": {", 5, "/plans/plus"},
      {"\"rank\": 2,", "\"rank\": 2, \"r\\u0061nk\": 3,", 6, "/plans/plus/rank"},
  });
}

TEST_CASE("Catalog: the one that is shipped has the public figures of the plans") {
  const Catalog& shipped = default_catalog();
  const auto allotment = [&](const char* plan, Cadence cadence) {
    return to_text(shipped.plan(PlanId(plan))->allotment.at(cadence));
  };
  CHECK(allotment("basic", Cadence::monthly) == "50000");
  CHECK(allotment("basic-75k", Cadence::monthly) == "75000");
  CHECK(allotment("basic-200k", Cadence::monthly) == "200000");
  CHECK(allotment("plus", Cadence::monthly) == "100000");
  CHECK(allotment("pro", Cadence::quarterly) == "5000000");
  CHECK(shipped.plan(PlanId("pro"))->allotment.count(Cadence::monthly) == 0);
  CHECK(to_text(shipped.plan(PlanId("plus"))->increment) == "100000");
  CHECK(shipped.plan(PlanId("pro"))->stop_at_percent == 130);
  CHECK(shipped.plan(PlanId("pro"))->on_exhaustion == OnExhaustion::stop);
  CHECK(shipped.plan(PlanId("max"))->on_exhaustion == OnExhaustion::unlimited);
}

TEST_CASE("Catalog: the shipped rates are (input x m_in + output x m_out) / 100, and query counts as input") {
  struct Public {
    const char* model;
    std::int64_t in_tenths, out_tenths;  // the multipliers, in tenths
  };
  const Public rows[] = {{"gpt-4o", 25, 200},
                         {"gpt-4o-mini", 5, 50},
                         {"claude-3-5-sonnet", 50, 250},
                         {"claude-3-opus", 250, 1250},
                         {"claude-3-5-haiku", 30, 150}};
  for (const Public& row : rows) {
    const Model* model = default_catalog().model(RateCardId("2025-10"), ModelId(row.model));
    INFO(row.model);
    REQUIRE(model != nullptr);
    // m / 100 credits a token is m / 10 x 1,000 x micro-credits for a million: in tenths of m, 10^9 each.
    CHECK(model->input.micro_per_million == row.in_tenths * 1'000'000'000);
    CHECK(model->query == model->input);
    CHECK(model->output.micro_per_million == row.out_tenths * 1'000'000'000);
  }
}

TEST_CASE("Catalog: the shipped one invents no price that looks real, and its products keep parity") {
  const Catalog& shipped = default_catalog();
  for (const auto& [id, plan] : shipped.plans) {
    CHECK_FALSE(plan.increment_price);
    CHECK_FALSE(plan.overage_price);
  }
  for (const auto& [id, product] : shipped.products) {
    if (product.seat_price) CHECK(product.seat_price->code() == "XXX");
  }
  for (const char* id : {"permissions_management", "compliance_management", "ekm"}) {
    CHECK(shipped.product(ProductId(id))->parity_with == ProductId("enterprise"));
  }
  CHECK(shipped.product(ProductId("ekm"))->billed_as == std::string("Asana Enterprise"));
  CHECK(shipped.regions.at(RegionId("us-gov")).gov);
  CHECK_FALSE(shipped.regions.at(RegionId("us")).gov);
}
