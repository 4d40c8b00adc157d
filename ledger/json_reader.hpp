// SPDX-License-Identifier: Apache-2.0
// Reads one JSON object field by field: each field asked for once, the rest refused. The first fault sticks, with its
// place; later reads give empty values, so that a reader is straight-line code. Shared by commands, events and
// catalogs.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/vocabulary.hpp"

namespace creditfold {

// The first fault met while reading a document.
struct ReadFault {
  std::string place;
  std::string what;
};

// GOV-3: whether any text in the value, names of fields included, carries a classification marking.
[[nodiscard]] bool has_marked_text(const boost::json::value& value);

// What a sentence repeats of a value that is wrong, with a space behind it. Empty for a long one, and for one that
// carries a classification marking (GOV-3).
[[nodiscard]] std::string shown(std::string_view value);

class ObjectReader {
 public:
  enum class Null : std::uint8_t { a_value, left_out };
  // `fault` collects the first fault of the whole document; `path` is the object's own place ("" for the top). Where
  // null is left_out, a field that is null is not there.
  ObjectReader(const boost::json::value& value, std::string path, std::optional<ReadFault>& fault,
               Null null = Null::a_value);

  // The field's value, or null when it is not there. Marks it as known.
  [[nodiscard]] const boost::json::value* find(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const { return value_of(name) != nullptr; }
  // Refuses every field that was not asked for.
  void refuse_others();

  [[nodiscard]] std::string string(std::string_view name);  // must be there
  [[nodiscard]] std::optional<std::string> optional_string(std::string_view name);
  [[nodiscard]] std::int64_t integer(std::string_view name);
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view name);
  [[nodiscard]] bool boolean(std::string_view name);
  [[nodiscard]] std::optional<bool> optional_boolean(std::string_view name);
  [[nodiscard]] Instant instant(std::string_view name);
  [[nodiscard]] std::optional<Instant> optional_instant(std::string_view name);
  [[nodiscard]] Credits credits(std::string_view name);
  [[nodiscard]] std::optional<Credits> optional_credits(std::string_view name);
  [[nodiscard]] Volume volume(std::string_view name);
  [[nodiscard]] Money money(std::string_view name);
  [[nodiscard]] std::optional<Money> optional_money(std::string_view name);
  [[nodiscard]] Text text(std::string_view name);
  [[nodiscard]] std::optional<Text> optional_text(std::string_view name);
  [[nodiscard]] FreeText free_text(std::string_view name);  // a string, or {"sealed":"<lower-case hex>"}
  [[nodiscard]] Bytes bytes(std::string_view name);         // lower-case hex
  [[nodiscard]] Builders builders(std::string_view name);

  template <class SomeId>
  [[nodiscard]] SomeId id(std::string_view name) {
    return to_id<SomeId>(name, string(name));
  }
  template <class SomeId>
  [[nodiscard]] std::optional<SomeId> optional_id(std::string_view name) {
    auto found = optional_string(name);
    if (!found) return std::nullopt;
    return to_id<SomeId>(name, std::move(*found));
  }
  template <class E>
  [[nodiscard]] E name_of(std::string_view name) {
    const std::string found = string(name);
    if (faulty()) return E{};
    const auto parsed = parse_name<E>(found);
    if (!parsed) fail_name(name, found, EnumNames<E>::names);
    return parsed.value_or(E{});
  }

  void fail(std::string_view name, std::string what);
  void fail_here(std::string what);
  // `found` is none of the names allowed.
  void fail_name(std::string_view name, std::string_view found, std::span<const std::string_view> allowed);
  [[nodiscard]] bool faulty() const { return fault_.has_value(); }
  [[nodiscard]] std::string place(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  template <class SomeId>
  SomeId to_id(std::string_view name, std::string value) {
    if (!faulty() && !SomeId::valid(value)) fail_id(name, SomeId::bytes_max, SomeId::takes_controls);
    return SomeId(std::move(value));
  }
  void fail_id(std::string_view name, std::size_t bytes_max, bool takes_controls);
  template <class Result, class Read>
  std::optional<Result> optional(std::string_view name, Read&& read);
  [[nodiscard]] const boost::json::value* value_of(std::string_view name) const;
  const boost::json::value* required(std::string_view name);

  const boost::json::object* object_ = nullptr;
  Null null_ = Null::a_value;
  std::string path_;
  std::optional<ReadFault>& fault_;
  std::vector<std::string_view> known_;
};

}  // namespace creditfold
