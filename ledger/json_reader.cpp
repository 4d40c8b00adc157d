// SPDX-License-Identifier: Apache-2.0
#include "ledger/json_reader.hpp"

#include <algorithm>

#include "ledger/json.hpp"
#include "ledger/markings.hpp"

namespace creditfold {
namespace {

constexpr std::size_t fields_as_a_rule = 20;  // that are asked for

}  // namespace

ObjectReader::ObjectReader(const boost::json::value& value, std::string path, std::optional<ReadFault>& fault,
                           Null null)
    : object_(value.if_object()), null_(null), path_(std::move(path)), fault_(fault) {
  known_.reserve(fields_as_a_rule);
  if (object_ == nullptr) fail_here("is not an object");
}

void ObjectReader::fail(std::string_view name, std::string what) {
  if (!fault_) fault_ = ReadFault{place(name), std::move(what)};
}

void ObjectReader::fail_here(std::string what) {
  if (!fault_) fault_ = ReadFault{path_.empty() ? "/" : path_, std::move(what)};
}

void ObjectReader::fail_name(std::string_view name, std::string_view found, std::span<const std::string_view> allowed) {
  std::string what = shown(found) + "is none of the names allowed here";
  for (const std::string_view& one : allowed) what.append(&one == allowed.data() ? ": " : ", ").append(one);
  fail(name, std::move(what));
}

void ObjectReader::fail_id(std::string_view name, std::size_t bytes_max, bool takes_controls) {
  fail(name, "is not 1 to " + std::to_string(bytes_max) + " bytes of UTF-8" +
                 (takes_controls ? "" : " without control characters"));
}

const boost::json::value* ObjectReader::find(std::string_view name) {
  known_.push_back(name);
  return value_of(name);
}

const boost::json::value* ObjectReader::value_of(std::string_view name) const {
  const boost::json::value* found = object_ == nullptr ? nullptr : object_->if_contains(name);
  return found != nullptr && found->is_null() && null_ == Null::left_out ? nullptr : found;
}

void ObjectReader::refuse_others() {
  if (object_ == nullptr || object_->size() == 0) return;
  for (const auto& field : *object_) {
    const std::string_view name(field.key().data(), field.key().size());
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) return fail(name, "is not a field of this form");
  }
}

const boost::json::value* ObjectReader::required(std::string_view name) {
  const boost::json::value* found = find(name);
  if (found == nullptr) fail(name, "is missing");
  return found;
}

template <class Result, class Read>
std::optional<Result> ObjectReader::optional(std::string_view name, Read&& read) {
  if (!has(name)) {
    known_.push_back(name);
    return std::nullopt;
  }
  return read();
}

std::string ObjectReader::string(std::string_view name) {
  const boost::json::value* found = required(name);
  if (found == nullptr) return {};
  const boost::json::string* text = found->if_string();
  if (text == nullptr) {
    fail(name, "is not a string");
    return {};
  }
  return std::string(text->data(), text->size());
}

std::int64_t ObjectReader::integer(std::string_view name) {
  const boost::json::value* found = required(name);
  if (found == nullptr) return 0;
  if (const std::int64_t* number = found->if_int64()) return *number;
  fail(name, "is not an integer of 64 bits");
  return 0;
}

bool ObjectReader::boolean(std::string_view name) {
  const boost::json::value* found = required(name);
  if (found == nullptr) return false;
  if (const bool* truth = found->if_bool()) return *truth;
  fail(name, "is not true or false");
  return false;
}

Instant ObjectReader::instant(std::string_view name) {
  const std::string found = string(name);
  if (faulty()) return {};
  const auto parsed = parse_instant(found);
  if (!parsed) fail(name, "is not a moment as 2026-01-31T12:00:00Z, with at most 6 digits of fraction");
  return parsed.value_or(Instant{});
}

Credits ObjectReader::credits(std::string_view name) {
  const std::string found = string(name);
  if (faulty()) return {};
  const auto parsed = parse_credits(found);
  if (!parsed) fail(name, "is not a decimal string of credits with at most 6 fraction digits, within 64 bits");
  return parsed.value_or(Credits{});
}

Volume ObjectReader::volume(std::string_view name) {
  const std::int64_t found = integer(name);
  if (!faulty() && found < 0) fail(name, "is a negative volume");
  return Volume{found};
}

Money ObjectReader::money(std::string_view name) {
  Money money;
  const boost::json::value* found = required(name);
  if (found == nullptr) return money;
  ObjectReader reader(*found, place(name), fault_);
  const std::string currency = reader.string("currency");
  money.minor = reader.integer("minor");
  reader.refuse_others();
  const bool letters = currency.size() == 3 &&
                       std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!faulty() && !letters) reader.fail("currency", "is not an ISO 4217 code of three capital letters");
  if (letters) std::copy(currency.begin(), currency.end(), money.currency.begin());
  return money;
}

Text ObjectReader::text(std::string_view name) {
  Text text{string(name)};
  if (!faulty() && text.value.size() > text_bytes_max) fail(name, "is longer than 4096 bytes");
  return text;
}

FreeText ObjectReader::free_text(std::string_view name) {
  const boost::json::value* found = required(name);
  if (found == nullptr || found->is_string()) return FreeText(text(name));
  ObjectReader envelope(*found, place(name), fault_);
  const Bytes sealed = envelope.bytes("sealed");
  envelope.refuse_others();
  FreeText text(std::string(sealed.value.begin(), sealed.value.end()));
  if (!faulty() && !(text.sealed() && FreeText::valid(text.value))) envelope.fail("sealed", "is no sealed text");
  return text;
}

Bytes ObjectReader::bytes(std::string_view name) {
  const std::string text = string(name);
  Bytes found;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) fail(name, "is not lower-case hex");
    found.value.push_back(static_cast<std::uint8_t>(((high & 0xF) << 4) | (low & 0xF)));
  }
  if (text.size() % 2 != 0) fail(name, "is not lower-case hex of whole bytes");
  return found;
}

Builders ObjectReader::builders(std::string_view name) {
  Builders builders;
  const boost::json::value* found = required(name);
  if (found == nullptr) return builders;
  if (const boost::json::string* word = found->if_string()) {
    if (*word != "everyone") fail(name, "is neither \"everyone\" nor a list of actors");
    return builders;
  }
  const boost::json::array* list = found->if_array();
  if (list == nullptr) {
    fail(name, "is neither \"everyone\" nor a list of actors");
    return builders;
  }
  if (list->size() > actors_max) fail(name, "has more than 10000 actors");
  builders.everyone = false;
  for (std::size_t i = 0; i < list->size() && !faulty(); ++i) {
    const boost::json::string* actor = (*list)[i].if_string();
    const bool valid = actor != nullptr && ActorId::valid(std::string_view(actor->data(), actor->size()));
    if (!valid) {
      fail(std::string(name) + "/" + std::to_string(i), "is not an actor id");
      break;
    }
    builders.actors.emplace_back(std::string_view(actor->data(), actor->size()));
  }
  return builders;
}

std::optional<std::string> ObjectReader::optional_string(std::string_view name) {
  return optional<std::string>(name, [&] { return string(name); });
}
std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view name) {
  return optional<std::int64_t>(name, [&] { return integer(name); });
}
std::optional<bool> ObjectReader::optional_boolean(std::string_view name) {
  return optional<bool>(name, [&] { return boolean(name); });
}
std::optional<Instant> ObjectReader::optional_instant(std::string_view name) {
  return optional<Instant>(name, [&] { return instant(name); });
}
std::optional<Credits> ObjectReader::optional_credits(std::string_view name) {
  return optional<Credits>(name, [&] { return credits(name); });
}
std::optional<Money> ObjectReader::optional_money(std::string_view name) {
  return optional<Money>(name, [&] { return money(name); });
}
std::optional<Text> ObjectReader::optional_text(std::string_view name) {
  return optional<Text>(name, [&] { return text(name); });
}

std::string shown(std::string_view value) {
  constexpr std::size_t shown_bytes_max = 64;
  return value.size() > shown_bytes_max || has_marking(value) ? std::string() : json_quote(value) + " ";
}

bool has_marked_text(const boost::json::value& value) {
  if (const boost::json::string* text = value.if_string()) return has_marking({text->data(), text->size()});
  if (const boost::json::array* list = value.if_array())
    return std::any_of(list->begin(), list->end(), has_marked_text);
  const boost::json::object* object = value.if_object();
  if (object == nullptr) return false;
  return std::any_of(object->begin(), object->end(), [](const auto& field) {
    return has_marking({field.key().data(), field.key().size()}) || has_marked_text(field.value());
  });
}

}  // namespace creditfold
