// SPDX-License-Identifier: Apache-2.0
#include "ledger/focus.hpp"

#include <algorithm>
#include <array>

#include "events/log.hpp"
#include "ledger/terms.hpp"
#include "ledger/wide.hpp"
#include "ledger/words.hpp"

namespace creditfold {
namespace {

// The columns that FOCUS 1.2 makes mandatory, those of its conditional ones that mean something here, and our own
// behind "x_". In the order of the header.
enum class Column : std::size_t {
  BilledCost,
  BillingAccountId,
  BillingAccountName,
  BillingCurrency,
  BillingPeriodEnd,
  BillingPeriodStart,
  ChargeCategory,
  ChargeClass,
  ChargeDescription,
  ChargeFrequency,
  ChargePeriodEnd,
  ChargePeriodStart,
  ConsumedQuantity,
  ConsumedUnit,
  ContractedCost,
  EffectiveCost,
  InvoiceIssuerName,
  ListCost,
  PricingCategory,
  PricingCurrency,
  PricingCurrencyEffectiveCost,
  PricingQuantity,
  PricingUnit,
  ProviderName,
  PublisherName,
  RegionId,
  ResourceId,
  ResourceType,
  ServiceCategory,
  ServiceName,
  ServiceSubcategory,
  SkuId,
  x_Actor,
  x_AiGenerated,
  x_Flags,
  x_InputTokens,
  x_Late,
  x_Model,
  x_OutputTokens,
  x_Plan,
  x_QueryTokens,
  x_RateCard,
  x_UsageId,
  count
};
constexpr std::size_t column_count = static_cast<std::size_t>(Column::count);
constexpr std::array<std::string_view, column_count> column_names{"BilledCost",
                                                                  "BillingAccountId",
                                                                  "BillingAccountName",
                                                                  "BillingCurrency",
                                                                  "BillingPeriodEnd",
                                                                  "BillingPeriodStart",
                                                                  "ChargeCategory",
                                                                  "ChargeClass",
                                                                  "ChargeDescription",
                                                                  "ChargeFrequency",
                                                                  "ChargePeriodEnd",
                                                                  "ChargePeriodStart",
                                                                  "ConsumedQuantity",
                                                                  "ConsumedUnit",
                                                                  "ContractedCost",
                                                                  "EffectiveCost",
                                                                  "InvoiceIssuerName",
                                                                  "ListCost",
                                                                  "PricingCategory",
                                                                  "PricingCurrency",
                                                                  "PricingCurrencyEffectiveCost",
                                                                  "PricingQuantity",
                                                                  "PricingUnit",
                                                                  "ProviderName",
                                                                  "PublisherName",
                                                                  "RegionId",
                                                                  "ResourceId",
                                                                  "ResourceType",
                                                                  "ServiceCategory",
                                                                  "ServiceName",
                                                                  "ServiceSubcategory",
                                                                  "SkuId",
                                                                  "x_Actor",
                                                                  "x_AiGenerated",
                                                                  "x_Flags",
                                                                  "x_InputTokens",
                                                                  "x_Late",
                                                                  "x_Model",
                                                                  "x_OutputTokens",
                                                                  "x_Plan",
                                                                  "x_QueryTokens",
                                                                  "x_RateCard",
                                                                  "x_UsageId"};

constexpr std::string_view service_name = "AI Studio";
constexpr std::string_view credits_currency = "CREDITS";  // a virtual currency (FOCUS, Currency Format)
constexpr std::int64_t second_micros = 1'000'000;

std::string quoted(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(field);
  std::string text = "\"";
  for (const char c : field) {
    text += c;
    if (c == '"') text += c;
  }
  return text + '"';
}

class FocusRow {
 public:
  FocusRow& set(Column column, std::string_view text) {
    fields_[static_cast<std::size_t>(column)] = std::string(text);
    return *this;
  }
  [[nodiscard]] std::string line() const {
    std::string text;
    for (std::size_t i = 0; i < column_count; ++i) text += (i == 0 ? "" : ",") + quoted(fields_[i]);
    return text + "\r\n";
  }

 private:
  std::array<std::string, column_count> fields_;
};

// FOCUS writes moments without a fraction.
std::string second_text(Instant at) {
  const std::int64_t rest = ((at.micros % second_micros) + second_micros) % second_micros;
  return to_text(Instant{at.micros - rest});
}

Instant second_after(Instant at) { return {std::min(at.micros + second_micros, instant_max.micros)}; }

Instant month_of(Instant at) {
  const std::string text = to_text(at).substr(0, 8) + "01T00:00:00Z";
  return parse_instant(text).value_or(at);
}

std::string flags_text(const std::vector<UsageFlag>& flags) {
  std::string text;
  for (const UsageFlag flag : flags) text.append(text.empty() ? "" : " ").append(to_name(flag));
  return text;
}

// What is the same of every row: whose account, whose service.
FocusRow row_of(const AccountState& state, const Catalog& catalog) {
  const std::string& vendor = catalog.vendor.empty() ? catalog.name : catalog.vendor;
  FocusRow row;
  row.set(Column::BillingAccountId, state.account.value)
      .set(Column::BillingAccountName, state.account.value)
      .set(Column::InvoiceIssuerName, vendor)
      .set(Column::ProviderName, vendor)
      .set(Column::PublisherName, vendor)
      .set(Column::RegionId, state.region.value)
      .set(Column::PricingCategory, "Standard")
      .set(Column::ServiceCategory, "AI and Machine Learning");
  return row;
}

std::string tokens_text(const CreditsConsumed& fact) {
  Wide sum = 0;
  for (const Volume volume : {fact.query, fact.input, fact.output}) sum += static_cast<Wide>(volume.tokens);
  return digits(sum);
}

}  // namespace

FocusWriter::FocusWriter(const Catalog& catalog, Sink sink) : catalog_(catalog), sink_(std::move(sink)) {
  std::string header;
  for (const std::string_view name : column_names) header.append(header.empty() ? "" : ",").append(name);
  sink_(header + "\r\n");
}

void FocusWriter::event(const Event& event, bool wanted) {
  if (const auto folded = book_.apply(event); !folded) throw Fault(Fault::Kind::damaged, to_text(folded.error()));
  if (!wanted) return;
  first_wanted_.emplace(event.account, event.version);
  if (const auto* fact = std::get_if<CreditsConsumed>(&event.payload)) charge(event, *fact);
}

void FocusWriter::charge(const Event& event, const CreditsConsumed& fact) {
  const AccountState& state = *book_.find(event.account);
  const Term* term = terms::term_in_force(state, fact.plan, event.at);
  const std::int32_t period = terms::period_at(*term, event.at);
  FocusRow row = row_of(state, catalog_);
  row.set(Column::BillingPeriodStart, second_text(terms::period_starts_at(*term, period)))
      .set(Column::BillingPeriodEnd, second_text(terms::period_ends_at(*term, period)))
      .set(Column::ChargeCategory, "Usage")
      .set(Column::ChargeDescription, fact.model.value + " in " + fact.workflow.value)
      .set(Column::ChargeFrequency, "Usage-Based")
      .set(Column::ChargePeriodStart, second_text(event.at))
      .set(Column::ChargePeriodEnd, second_text(second_after(event.at)))
      .set(Column::ConsumedQuantity, tokens_text(fact))
      .set(Column::ConsumedUnit, "Tokens")
      .set(Column::PricingCurrency, credits_currency)
      .set(Column::PricingCurrencyEffectiveCost, to_text(fact.credits))
      .set(Column::PricingQuantity, to_text(fact.credits))
      .set(Column::PricingUnit, "Credits")
      .set(Column::ResourceId, fact.workflow.value)
      .set(Column::ResourceType, "Workflow")
      .set(Column::ServiceName, service_name)
      .set(Column::ServiceSubcategory, "Generative AI")
      .set(Column::SkuId, fact.rate_card.value + "/" + fact.model.value)
      .set(Column::x_Actor, event.actor ? std::string_view(event.actor->value) : std::string_view())
      .set(Column::x_AiGenerated, "true")  // AI-2
      .set(Column::x_Flags, flags_text(fact.flags))
      .set(Column::x_QueryTokens, std::to_string(fact.query.tokens))
      .set(Column::x_InputTokens, std::to_string(fact.input.tokens))
      .set(Column::x_OutputTokens, std::to_string(fact.output.tokens))
      .set(Column::x_Late, fact.late ? "true" : "false")
      .set(Column::x_Model, fact.model.value)
      .set(Column::x_Plan, fact.plan.value)
      .set(Column::x_RateCard, fact.rate_card.value)
      .set(Column::x_UsageId, fact.usage.value);
  sink_(row.line());
}

void FocusWriter::invoice_line(const AccountState& state, const InvoiceLine& line) {
  const std::string amount = decimal_text(line.amount);
  const Instant month = month_of(line.at);
  std::string products;
  for (const ProductId& product : line.products) products.append(products.empty() ? "" : " ").append(product.value);
  FocusRow row = row_of(state, catalog_);
  row.set(Column::BilledCost, amount)
      .set(Column::ContractedCost, amount)
      .set(Column::EffectiveCost, amount)
      .set(Column::ListCost, amount)
      .set(Column::BillingCurrency, line.amount.code())
      .set(Column::PricingCurrency, line.amount.code())
      .set(Column::PricingCurrencyEffectiveCost, amount)
      .set(Column::BillingPeriodStart, second_text(month))
      .set(Column::BillingPeriodEnd, second_text(std::min(add_months(month, 1), instant_max)))
      .set(Column::ChargeCategory, "Purchase")
      .set(Column::ChargeDescription, line.billing_name.value)
      .set(Column::ChargeFrequency, "One-Time")
      .set(Column::ChargePeriodStart, second_text(line.at))
      .set(Column::ChargePeriodEnd, second_text(second_after(line.at)))
      .set(Column::PricingQuantity,
           line.seats ? std::to_string(*line.seats) : to_text(line.credits.value_or(Credits{})))
      .set(Column::PricingUnit, line.seats ? "Seats" : "Credits")
      .set(Column::ServiceName, line.seats ? std::string_view(line.billing_name.value) : service_name)
      .set(Column::SkuId, products);
  sink_(row.line());
}

void FocusWriter::finish() {
  for (const auto& [account, version] : first_wanted_) {
    const AccountState& state = *book_.find(account);
    std::vector<const InvoiceLine*> lines;
    for (const InvoiceLine& line : state.invoice_lines) {
      if (line.version >= version) lines.push_back(&line);
    }
    std::stable_sort(lines.begin(), lines.end(), [](const auto* a, const auto* b) { return a->at < b->at; });
    for (const InvoiceLine* line : lines) invoice_line(state, *line);
  }
}

}  // namespace creditfold
