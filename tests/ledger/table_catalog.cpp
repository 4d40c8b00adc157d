// SPDX-License-Identifier: Apache-2.0
// The catalog the tables run with: every policy and every kind of model once, with rates a reader can multiply.
#include <stdexcept>

#include "tests/ledger/table.hpp"

namespace creditfold::test {

// `unit` costs a credit a token, `gpt` 0.01 / 0.02 / 0.05, `dust` the least there is, `gold` as much as 64 bits hold.
std::string_view table_catalog_json() {
  return R"({
  "catalog": "tables",
  "vendor_aws_account": "999999999999",
  "plans": {
    "basic": {"rank": 1, "allotment": {"monthly": "50"}, "on_exhaustion": "stop", "rate_card": "card"},
    "plus": {"rank": 2, "allotment": {"monthly": "100", "quarterly": "300"}, "increment": "10", "on_exhaustion": "stop",
      "rate_card": "card", "increment_price": {"currency": "USD", "minor": 1000}},
    "even": {"rank": 2, "allotment": {"monthly": "100"}, "increment": "10", "on_exhaustion": "stop",
      "rate_card": "card"},
    "pro": {"rank": 3, "allotment": {"quarterly": "1000"}, "increment": "50", "on_exhaustion": "stop",
      "stop_at_percent": 130, "rate_card": "card"},
    "over": {"name": "Overage", "rank": 4, "allotment": {"monthly": "100"}, "increment": "10", "on_exhaustion": "overage",
      "rate_card": "card", "overage_price": {"currency": "USD", "minor": 250}},
    "max": {"rank": 5, "allotment": {"monthly": "0"}, "increment": "10", "on_exhaustion": "unlimited",
      "rate_card": "card"},
    "other": {"rank": 0, "allotment": {"monthly": "100"}, "on_exhaustion": "stop", "rate_card": "other"}
  },
  "rate_cards": {
    "card": {"models": {
      "unit": {"provider": "own", "gov": true, "rates": {"query": "1000000", "input": "1000000", "output": "1000000"}},
      "gpt": {"provider": "openai", "rates": {"query": "10000", "input": "20000", "output": "50000"}},
      "dust": {"provider": "own", "rates": {"query": "0.000001", "input": "0.000001", "output": "0.000001"}},
      "third": {"provider": "own", "rates": {"query": "0.333333", "input": "0.333333", "output": "0.333334"}},
      "gold": {"provider": "own", "rates": {"query": "9223372036854.775807", "input": "9223372036854.775807",
        "output": "9223372036854.775807"}},
      "young": {"provider": "own", "gov": true, "beta": true, "rates": {"query": "1", "input": "1", "output": "1"}},
      "old": {"provider": "own", "gov": true, "withdrawn_at": "2026-03-01T00:00:00Z",
        "rates": {"query": "1", "input": "1", "output": "1"}},
      "partner": {"provider": "openai", "gov": true, "partner_terms": "openai-2025",
        "rates": {"query": "1", "input": "1", "output": "1"}},
      "worst": {"provider": "openai", "beta": true, "withdrawn_at": "2026-03-01T00:00:00Z",
        "partner_terms": "openai-2025", "rates": {"query": "1000000", "input": "1000000", "output": "1000000"}}
    }},
    "other": {"models": {"unit": {"provider": "own",
      "rates": {"query": "2000000", "input": "2000000", "output": "2000000"}}}}
  },
  "products": {
    "enterprise": {"name": "Enterprise", "seat_price": {"currency": "USD", "minor": 36500}},
    "permissions": {"name": "Permissions Management", "parity_with": "enterprise",
      "seat_price": {"currency": "USD", "minor": 3650}},
    "compliance": {"parity_with": "enterprise", "seat_price": {"currency": "USD", "minor": 7300}},
    "ekm": {"name": "Key Management", "parity_with": "enterprise", "billed_with": "enterprise",
      "billed_as": "Asana Enterprise", "seat_price": {"currency": "USD", "minor": 730}},
    "starter": {"seat_price": {"currency": "USD", "minor": 100}},
    "data_residency": {"name": "Data Residency", "regions": ["eu"]}
  },
  "regions": {"us": {}, "eu": {}, "us-gov": {"gov": true}}
})";
}

const Catalog& table_catalog() {
  static const Catalog catalog = parse_catalog(table_catalog_json()).value();
  return catalog;
}

Catalog changed_table_catalog(const std::vector<std::pair<std::string, std::string>>& replacements) {
  std::string json(table_catalog_json());
  for (const auto& [from, to] : replacements) {
    const auto at = json.find(from);
    if (at == std::string::npos) throw std::invalid_argument("the catalog has no " + from);
    json.replace(at, from.size(), to);
  }
  auto catalog = parse_catalog(json);
  if (!catalog) throw std::invalid_argument(to_text(catalog.error()));
  return std::move(catalog).value();
}

}  // namespace creditfold::test
