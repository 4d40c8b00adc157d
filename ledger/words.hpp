// SPDX-License-Identifier: Apache-2.0
// Figures, dates and words as the ledger's own English sentences say them. The same on every machine: no locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "events/vocabulary.hpp"

namespace creditfold {

// A whole number or decimal with its thousands apart: "-1234567.5" is "-1,234,567.5".
[[nodiscard]] std::string grouped(std::string_view figure);
[[nodiscard]] std::string grouped(std::int64_t figure);
[[nodiscard]] std::string grouped(Credits credits);        // every digit
[[nodiscard]] std::string grouped_whole(Credits credits);  // whole credits, the rest cut off

// "1 event", "2,000 events".
[[nodiscard]] std::string counted(std::int64_t count, std::string_view noun);

// That there is no account of this id; `then`: at a moment that may lie before it was opened.
[[nodiscard]] std::string no_account_text(const AccountId& account, bool then);

// With small ASCII letters for capital ones.
[[nodiscard]] std::string lower_case(std::string_view text);

// Digits behind the point of a currency's amounts (ISO 4217).
[[nodiscard]] std::size_t minor_digits(std::string_view currency);
// An amount in its currency's own units, the currency left out: "1234.50", "1234".
[[nodiscard]] std::string decimal_text(const Money& money);
// The same for people: "1,234.50 USD", "1,234 JPY".
[[nodiscard]] std::string money_text(const Money& money);

// "5 March 2026".
[[nodiscard]] std::string date_of(Instant instant);

// A plan's id with a capital letter, to begin a sentence with.
[[nodiscard]] std::string display_name(const PlanId& plan);

// A piece of a sentence or of an expression, written only when the whole is put together: sentences are made of many,
// and a string for each would be most of the module's code. Text is borrowed for as long as the expression lasts.
class Piece {
 public:
  Piece(const char* text) : text_(text) {}
  Piece(std::string_view text) : text_(text) {}
  Piece(const std::string& text) : text_(text) {}
  template <class Tag>
  Piece(const Id<Tag>& id) : text_(id.value) {}
  template <class E>
  requires std::is_enum_v<E> Piece(E name) : text_(to_name(name)) {}
  Piece(std::int64_t number) : form_(Form::whole), number_(number) {}
  Piece(std::int32_t number) : Piece(static_cast<std::int64_t>(number)) {}
  Piece(std::size_t number) : Piece(static_cast<std::int64_t>(number)) {}
  Piece(Volume volume) : Piece(volume.tokens) {}
  Piece(Credits credits) : form_(Form::decimal), number_(credits.micro) {}
  Piece(Rate rate) : form_(Form::decimal), number_(rate.micro_per_million) {}
  Piece(Instant instant) : form_(Form::instant), number_(instant.micros) {}

  [[nodiscard]] static Piece grouped(Credits credits) { return {Form::grouped, credits.micro, {}}; }
  [[nodiscard]] static Piece in_credits(Credits credits) {
    return {Form::in_credits, credits.micro, {}};
  }  // "1 credit"
  [[nodiscard]] static Piece counted(std::int64_t count, std::string_view noun) { return {Form::counted, count, noun}; }
  [[nodiscard]] static Piece counted(std::size_t count, std::string_view noun) {
    return counted(static_cast<std::int64_t>(count), noun);
  }
  [[nodiscard]] static Piece date(Instant instant) { return {Form::date, instant.micros, {}}; }

  void append_to(std::string& out) const;

 private:
  enum class Form : std::uint8_t { text, whole, decimal, instant, grouped, in_credits, counted, date };
  Piece(Form form, std::int64_t number, std::string_view text) : form_(form), number_(number), text_(text) {}

  Form form_ = Form::text;
  std::int64_t number_ = 0;
  std::string_view text_;
};
[[nodiscard]] std::string joined(std::initializer_list<Piece> pieces);

// Without spaces and tabs before and behind.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace creditfold
