// SPDX-License-Identifier: Apache-2.0
// Reads a catalog strictly, as catalog.schema.json describes it, and names line and path of the first fault.
#include "ledger/catalog.hpp"

#include <boost/json.hpp>

#include "ledger/json.hpp"
#include "ledger/json_reader.hpp"
#include "ledger/json_text.hpp"
#include "ledger/words.hpp"

namespace creditfold {
namespace {

namespace json = boost::json;

using FirstFault = std::optional<ReadFault>;

std::optional<Money> read_price(ObjectReader& in, std::string_view name) {
  auto price = in.optional_money(name);
  if (price && price->minor < 0) in.fail(name, "is a negative price");
  return price;
}

// nullptr: there is none, and where one is needed, that is a fault.
const json::object* object_in(ObjectReader& parent, std::string_view name, bool needed) {
  const json::value* value = parent.find(name);
  const json::object* object = value ? value->if_object() : nullptr;
  if (object == nullptr && (value != nullptr || needed)) parent.fail(name, value ? "is not an object" : "is missing");
  return object;
}

// Reads every field of an object whose keys are ids. `read` gets a field's value and place.
template <class SomeId, class Value, class Read>
std::map<SomeId, Value> read_map(ObjectReader& parent, std::string_view name, bool needed, FirstFault& fault,
                                 Read&& read) {
  std::map<SomeId, Value> found;
  const json::object* object = object_in(parent, name, needed);
  if (object == nullptr) return found;
  for (const auto& field : *object) {
    const std::string key(field.key().data(), field.key().size());
    const std::string place = parent.place(name) + "/" + key;
    if (!SomeId::valid(key) && !fault) fault = ReadFault{place, "is not an id"};
    found.emplace(SomeId(key), read(field.value(), place));
  }
  return found;
}

Credits read_amount(ObjectReader& in, std::string_view name) {
  const Credits credits = in.credits(name);
  if (!in.faulty() && credits.micro < 0) in.fail(name, "is negative");
  return credits;
}

// It is written into events, so it is of the length those take.
std::optional<std::string> read_billing_name(ObjectReader& in, std::string_view name) {
  auto text = in.optional_text(name);
  if (!text) return std::nullopt;
  if (text->value.empty()) in.fail(name, "is empty");
  return std::move(text->value);
}

Plan read_plan(const json::value& value, const std::string& place, FirstFault& fault) {
  Plan plan;
  ObjectReader in(value, place, fault, ObjectReader::Null::left_out);
  plan.billing_name = read_billing_name(in, "name");
  const std::int64_t rank = in.integer("rank");
  plan.rank = static_cast<std::int32_t>(rank);
  if (plan.rank != rank) in.fail("rank", "is not an integer of 32 bits");
  if (const json::value* allotment = in.find("allotment")) {
    ObjectReader cadences(*allotment, in.place("allotment"), fault, ObjectReader::Null::left_out);
    for (const Cadence cadence : {Cadence::monthly, Cadence::quarterly}) {
      if (cadences.find(to_name(cadence)) != nullptr) plan.allotment[cadence] = read_amount(cadences, to_name(cadence));
    }
    cadences.refuse_others();
    if (!fault && plan.allotment.empty()) in.fail("allotment", "offers no cadence");
  } else {
    in.fail("allotment", "is missing");
  }
  if (in.find("increment") != nullptr) plan.increment = read_amount(in, "increment");
  plan.on_exhaustion = in.name_of<OnExhaustion>("on_exhaustion");
  const std::int64_t percent = in.optional_integer("stop_at_percent").value_or(100);
  constexpr std::int64_t percent_max = 1'000'000;  // ten thousand times the allotment: beyond it, `unlimited` is meant
  if (percent < 0 || percent > percent_max) in.fail("stop_at_percent", "is not between 0 and 1000000");
  plan.stop_at_percent = static_cast<std::int32_t>(percent);
  plan.rate_card = in.id<RateCardId>("rate_card");
  plan.increment_price = read_price(in, "increment_price");
  plan.overage_price = read_price(in, "overage_price");
  if (plan.overage_price && plan.increment.micro == 0)
    in.fail("overage_price", "is per increment, and the plan has none");
  in.refuse_others();
  return plan;
}

Rate read_rate(ObjectReader& in, std::string_view name) {
  const std::string text = in.string(name);
  const auto rate = parse_rate(text);
  if (!in.faulty() && !rate) in.fail(name, "is not a decimal string of credits per 1,000,000 tokens, 0 or more");
  return rate.value_or(Rate{});
}

Model read_model(const json::value& value, const std::string& place, FirstFault& fault) {
  Model model;
  ObjectReader in(value, place, fault, ObjectReader::Null::left_out);
  model.provider = in.string("provider");
  if (const json::value* rates = in.find("rates")) {
    ObjectReader kinds(*rates, in.place("rates"), fault);
    model.query = read_rate(kinds, "query");
    model.input = read_rate(kinds, "input");
    model.output = read_rate(kinds, "output");
    kinds.refuse_others();
  } else {
    in.fail("rates", "is missing");
  }
  model.partner_terms = in.optional_id<TermsId>("partner_terms");
  model.beta = in.optional_boolean("beta").value_or(false);
  model.gov = in.optional_boolean("gov").value_or(false);
  model.withdrawn_at = in.optional_instant("withdrawn_at");
  in.refuse_others();
  return model;
}

RateCard read_rate_card(const json::value& value, const std::string& place, FirstFault& fault) {
  RateCard card;
  ObjectReader in(value, place, fault);
  card.models = read_map<ModelId, Model>(
      in, "models", true, fault,
      [&](const json::value& model, const std::string& at) { return read_model(model, at, fault); });
  in.refuse_others();
  return card;
}

Product read_product(const json::value& value, const std::string& place, FirstFault& fault) {
  Product product;
  ObjectReader in(value, place, fault, ObjectReader::Null::left_out);
  product.billing_name = read_billing_name(in, "name");
  product.seat_price = read_price(in, "seat_price");
  if (in.optional_string("per").value_or("year") != "year") in.fail("per", "is not year");
  product.parity_with = in.optional_id<ProductId>("parity_with");
  product.billed_with = in.optional_id<ProductId>("billed_with");
  product.billed_as = read_billing_name(in, "billed_as");
  if (const json::value* regions = in.find("regions")) {
    const json::array* list = regions->if_array();
    if (list == nullptr) in.fail("regions", "is not a list");
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const json::string* region = (*list)[i].if_string();
      if (region == nullptr) {
        in.fail("regions/" + std::to_string(i), "is not a region's name");
        break;
      }
      const RegionId id(std::string_view(region->data(), region->size()));
      if (!product.regions.emplace(id, true).second) in.fail("regions/" + std::to_string(i), "stands twice");
    }
  }
  if (product.parity_with && !product.seat_price) in.fail("seat_price", "is missing from a product in parity");
  in.refuse_others();
  return product;
}

Region read_region(const json::value& value, const std::string& place, FirstFault& fault) {
  ObjectReader in(value, place, fault, ObjectReader::Null::left_out);
  Region region{.gov = in.optional_boolean("gov").value_or(false)};
  in.refuse_others();
  return region;
}

// Names that must lead somewhere inside the same catalog.
void check_references(const Catalog& catalog, FirstFault& fault) {
  const auto broken = [&](const std::string& place, const std::string& what) {
    if (!fault) fault = ReadFault{place, what};
  };
  std::map<std::string, std::string> folders;
  for (const auto& [id, region] : catalog.regions) {
    const std::string place = "/regions/" + id.value;
    if (!is_region_name(id.value)) broken(place, "is no name for a folder: letters, digits, - and _, at most 64");
    const auto other = folders.emplace(lower_case(id.value), id.value);
    if (!other.second) broken(place, "differs from " + other.first->second + " in capital letters only");
  }
  for (const auto& [id, plan] : catalog.plans) {
    if (catalog.rate_cards.count(plan.rate_card) == 0) {
      broken("/plans/" + id.value + "/rate_card",
             "names a rate card that is not in the catalog: " + plan.rate_card.value);
    }
  }
  for (const auto& [id, product] : catalog.products) {
    const std::string place = "/products/" + id.value;
    if (product.parity_with) {
      const Product* parent = catalog.product(*product.parity_with);
      if (parent == nullptr || !parent->seat_price || parent->parity_with) {
        broken(place + "/parity_with", "names no product with seats of its own: " + product.parity_with->value);
      }
    }
    if (product.billed_with && catalog.product(*product.billed_with) == nullptr) {
      broken(place + "/billed_with", "names a product that is not in the catalog: " + product.billed_with->value);
    }
    for (const auto& [region, offered] : product.regions) {
      if (catalog.regions.count(region) == 0) {
        broken(place + "/regions", "names a region that is not in the catalog: " + region.value);
      }
    }
  }
}

bool is_aws_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Catalog read_catalog(const json::value& value, FirstFault& fault) {
  Catalog catalog;
  ObjectReader in(value, "", fault, ObjectReader::Null::left_out);
  catalog.name = in.id<PlanId>("catalog").value;
  catalog.vendor = in.optional_string("vendor").value_or("");
  catalog.vendor_aws_account = in.optional_string("vendor_aws_account").value_or("");
  if (in.has("vendor_aws_account") && !is_aws_account(catalog.vendor_aws_account)) {
    in.fail("vendor_aws_account", "is not an AWS account of 12 digits");
  }
  catalog.plans = read_map<PlanId, Plan>(in, "plans", true, fault, [&](const json::value& plan, const std::string& at) {
    return read_plan(plan, at, fault);
  });
  catalog.rate_cards = read_map<RateCardId, RateCard>(
      in, "rate_cards", true, fault,
      [&](const json::value& card, const std::string& at) { return read_rate_card(card, at, fault); });
  catalog.products = read_map<ProductId, Product>(
      in, "products", false, fault,
      [&](const json::value& product, const std::string& at) { return read_product(product, at, fault); });
  catalog.regions = read_map<RegionId, Region>(
      in, "regions", true, fault,
      [&](const json::value& region, const std::string& at) { return read_region(region, at, fault); });
  const auto notices = read_map<FeatureId, std::string>(
      in, "notices", false, fault, [&](const json::value& notice, const std::string& at) {
        const json::string* text = notice.if_string();
        if (text == nullptr && !fault) fault = ReadFault{at, "is not a string"};
        return text ? std::string(text->data(), text->size()) : std::string();
      });
  for (const auto& [name, text] : notices) catalog.notices[name.value] = text;
  in.refuse_others();
  if (!fault) check_references(catalog, fault);
  return catalog;
}

}  // namespace

const Plan* Catalog::plan(const PlanId& id) const {
  const auto found = plans.find(id);
  return found == plans.end() ? nullptr : &found->second;
}

const Model* Catalog::model(const RateCardId& card, const ModelId& id) const {
  const auto found = rate_cards.find(card);
  if (found == rate_cards.end()) return nullptr;
  const auto named = found->second.models.find(id);
  return named == found->second.models.end() ? nullptr : &named->second;
}

const Product* Catalog::product(const ProductId& id) const {
  const auto found = products.find(id);
  return found == products.end() ? nullptr : &found->second;
}

std::string to_text(const CatalogFault& fault) {
  return "line " + std::to_string(fault.line) + ": " + fault.path + " " + fault.what;
}

Expected<Catalog, CatalogFault> parse_catalog(std::string_view text) {
  if (text.size() > catalog_bytes_max) return Unexpected{CatalogFault{1, "/", "is longer than 8 MiB"}};
  json::parser parser({}, json::parse_options{.max_depth = json_depth_max});
  json::error_code error;
  const std::size_t parsed = parser.write_some(text.data(), text.size(), error);
  const bool rest = text.substr(parsed).find_first_not_of(" \t\r\n") != std::string_view::npos;
  if (error || rest) {
    const std::string why = error ? error.message() : rest ? "text after the end" : "incomplete";
    return Unexpected{CatalogFault{line_of_offset(text, parsed), "/", "is not JSON: " + why}};
  }
  if (const auto twice = find_duplicate_key(text)) {
    return Unexpected{CatalogFault{line_of(text, *twice), *twice, "stands twice"}};
  }
  FirstFault fault;
  Catalog catalog = read_catalog(parser.release(), fault);
  if (fault) return Unexpected{CatalogFault{line_of(text, fault->place), fault->place, fault->what}};
  return catalog;
}

const Catalog& default_catalog() {
  static const Catalog catalog =
      parse_catalog(default_catalog_json()).value();  // shipped with the code, tested with it
  return catalog;
}

}  // namespace creditfold
