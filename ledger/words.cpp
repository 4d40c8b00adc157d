// SPDX-License-Identifier: Apache-2.0
#include "ledger/words.hpp"

#include <algorithm>
#include <array>

namespace creditfold {

std::string no_account_text(const AccountId& account, bool then) {
  return then ? "There was no account " + account.value + " then." : "There is no account " + account.value + " here.";
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// ISO 4217: nearly every currency has hundredths.
std::size_t minor_digits(std::string_view currency) {
  constexpr std::array<std::string_view, 17> none{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                                  "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
  constexpr std::array<std::string_view, 7> three{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  constexpr std::array<std::string_view, 2> four{"CLF", "UYW"};
  const auto among = [currency](const auto& list) {
    return std::find(list.begin(), list.end(), currency) != list.end();
  };
  return among(none) ? 0 : among(three) ? 3 : among(four) ? 4 : 2;
}

std::string grouped(std::string_view figure) {
  const bool negative = figure.substr(0, 1) == "-";
  if (negative) figure.remove_prefix(1);
  const std::size_t whole = std::min(figure.find('.'), figure.size());
  std::string out = negative ? "-" : "";
  for (std::size_t i = 0; i < figure.size(); ++i) {
    if (i > 0 && i < whole && (whole - i) % 3 == 0) out += ',';
    out += figure[i];
  }
  return out;
}

std::string grouped(std::int64_t figure) { return grouped(std::string_view(std::to_string(figure))); }

std::string grouped(Credits credits) { return grouped(std::string_view(to_text(credits))); }

std::string grouped_whole(Credits credits) { return grouped(credits.micro / micro_per_credit); }

std::string counted(std::int64_t count, std::string_view noun) {
  return grouped(count) + ' ' + std::string(noun) + (count == 1 ? "" : "s");
}

std::string decimal_text(const Money& money) {
  const std::size_t places = minor_digits(money.code());
  const bool negative = money.minor < 0;
  std::string text = std::to_string(money.minor).substr(negative ? 1 : 0);
  if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
  if (places > 0) text.insert(text.size() - places, 1, '.');
  return (negative ? "-" : "") + text;
}

std::string money_text(const Money& money) {
  return grouped(std::string_view(decimal_text(money))) + " " + std::string(money.code());
}

std::string date_of(Instant instant) {
  constexpr std::array<const char*, 12> months{"January", "February", "March",     "April",   "May",      "June",
                                               "July",    "August",   "September", "October", "November", "December"};
  const std::string text = to_text(instant);  // YYYY-MM-DD…
  const std::string day = text[8] == '0' ? text.substr(9, 1) : text.substr(8, 2);
  const auto month = static_cast<std::size_t>((text[5] - '0') * 10 + (text[6] - '0') - 1);
  return day + " " + months.at(month) + " " + text.substr(0, 4);
}

void Piece::append_to(std::string& out) const {
  const Credits credits{number_};
  switch (form_) {
    case Form::text:
      out += text_;
      break;
    case Form::whole:
      out += std::to_string(number_);
      break;
    case Form::decimal:
      out += to_text(credits);
      break;
    case Form::instant:
      out += to_text(Instant{number_});
      break;
    case Form::grouped:
      out += creditfold::grouped(credits);
      break;
    case Form::in_credits:
      out += creditfold::grouped(credits);
      out += number_ == micro_per_credit ? " credit" : " credits";
      break;
    case Form::counted:
      out += creditfold::counted(number_, text_);
      break;
    case Form::date:
      out += date_of(Instant{number_});
      break;
  }
}

std::string joined(std::initializer_list<Piece> pieces) {
  std::string text;
  for (const Piece& piece : pieces) piece.append_to(text);
  return text;
}

std::string display_name(const PlanId& plan) {
  std::string name = plan.value;
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace creditfold
