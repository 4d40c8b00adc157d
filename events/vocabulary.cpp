// SPDX-License-Identifier: Apache-2.0
// The texts, the calendar and the digest behind the vocabulary. Integers only: no locale, no clock, no floating point.
#include "events/vocabulary.hpp"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace creditfold {
namespace {

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t micros_per_day = seconds_per_day * micros_per_second;
constexpr std::size_t fraction_digits_max = 6;

// One well-formed UTF-8 sequence at `at`: its length in bytes and its code point. Length 0: not well-formed (RFC 3629).
struct CodePoint {
  std::size_t length = 0;
  std::uint32_t value = 0;
};

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {1, lead};
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t least = 0;  // below it the form is overlong
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2, value = lead & 0x1F, least = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3, value = lead & 0x0F, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4, value = lead & 0x07, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() - at < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3F);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || value > 0x10FFFF || surrogate) return {};
  return {length, value};
}

// -?digits(.1 to 6 digits)? in millionths. Gathers a negative number, which reaches one further than a positive one.
std::optional<std::int64_t> parse_millionths(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  if (whole.empty() || !std::all_of(whole.begin(), whole.end(), ascii::is_digit)) return std::nullopt;
  if (point != std::string_view::npos && (fraction.empty() || fraction.size() > fraction_digits_max)) {
    return std::nullopt;
  }
  if (!std::all_of(fraction.begin(), fraction.end(), ascii::is_digit)) return std::nullopt;

  std::int64_t value = 0;
  const auto push = [&](char digit) {
    return !__builtin_mul_overflow(value, std::int64_t{10}, &value) &&
           !__builtin_sub_overflow(value, std::int64_t{digit - '0'}, &value);
  };
  for (const char digit : whole) {
    if (!push(digit)) return std::nullopt;
  }
  for (std::size_t i = 0; i < fraction_digits_max; ++i) {
    if (!push(i < fraction.size() ? fraction[i] : '0')) return std::nullopt;
  }
  if (negative) return value;
  if (value == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return -value;
}

// `digits` digits of `value`, with leading zeros.
void append_padded(std::string& out, std::uint64_t value, std::size_t digits) {
  const std::size_t end = out.size() + digits;
  out.resize(end);
  for (std::size_t i = 1; i <= digits; ++i, value /= 10) out[end - i] = static_cast<char>('0' + value % 10);
}

void append_fraction(std::string& out, std::uint64_t millionths) {
  if (millionths == 0) return;
  out += '.';
  append_padded(out, millionths, fraction_digits_max);
  while (out.back() == '0') out.pop_back();
}

std::string millionths_to_text(std::int64_t value) {
  const bool negative = value < 0;
  const auto magnitude = negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string out = negative ? "-" : "";
  out += std::to_string(magnitude / micro_per_credit);
  append_fraction(out, magnitude % micro_per_credit);
  return out;
}

// The proleptic Gregorian calendar over all of int64 (std::chrono stops at the year 32767). Years begin in March, so
// that the leap day is the last; 400 years are an era of 146,097 days, and 1970-01-01 is day 719,468 of the count.
struct Date {
  std::int64_t year = 1970;
  std::int64_t month = 1;  // 1..12
  std::int64_t day = 1;    // 1..31
};

constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }  // b > 0

constexpr std::int64_t days_from_date(Date date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = floor_divide(year, 400);
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

constexpr Date date_from_days(std::int64_t days) {
  const std::int64_t count = days + 719'468;
  const std::int64_t era = floor_divide(count, 146'097);
  const std::int64_t day_of_era = count - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day_of_year - (153 * month_from_march + 2) / 5 + 1};
}

static_assert(days_from_date({1970, 1, 1}) == 0 && days_from_date({2000, 3, 1}) == 11'017);
static_assert(days_from_date({1, 1, 1}) * micros_per_day == instant_min.micros);
static_assert((days_from_date({9999, 12, 31}) + 1) * micros_per_day - 1 == instant_max.micros);

constexpr std::int64_t days_in_month(std::int64_t year, std::int64_t month) {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

Date date_of(Instant instant) { return date_from_days(floor_divide(instant.micros, micros_per_day)); }

// The number that `text[from, from + digits)` writes, or -1.
std::int64_t number_at(std::string_view text, std::size_t from, std::size_t digits) {
  std::int64_t value = 0;
  for (const char c : text.substr(from, digits)) {
    if (!ascii::is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

bool is_region_name(std::string_view text) {
  constexpr std::size_t length_max = 64;
  constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const std::string first(letters_and_digits);
  return !text.empty() && text.size() <= length_max && first.find(text.front()) != std::string::npos &&
         text.find_first_not_of(first + "-_") == std::string_view::npos && text != "lock";
}

bool is_utf8(std::string_view text) {
  if (ascii::every_word(text, [](std::uint64_t word) { return ascii::is_ascii(word); })) return true;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (point.length == 0) return false;
    at += point.length;
  }
  return true;
}

bool is_plain_text(std::string_view text, std::size_t bytes_max) {
  if (text.empty() || text.size() > bytes_max) return false;
  if (ascii::is_plain(text)) return true;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    const bool control = point.value < 0x20 || (point.value >= 0x7F && point.value <= 0x9F);
    if (point.length == 0 || control) return false;
    at += point.length;
  }
  return true;
}

bool FreeText::valid(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != sealed_mark) return bytes.size() <= text_bytes_max && is_utf8(bytes);
  if (bytes.size() < envelope_head_bytes) return false;
  const auto within = [&](std::size_t least, std::size_t most) {
    return least <= bytes.size() && bytes.size() <= most + text_bytes_max;
  };
  if (bytes[1] == keyed_form) return within(keyed_overhead_bytes, keyed_overhead_bytes);
  if (bytes[1] == boxed_form) return within(boxed_overhead_bytes_min, boxed_overhead_bytes_max);
  return false;
}

std::optional<FreeText> to_free_text(const std::optional<Text>& text) {
  if (!text) return std::nullopt;
  return FreeText(*text);
}

std::string to_text(Credits credits) { return millionths_to_text(credits.micro); }

std::string to_text(Rate rate) { return millionths_to_text(rate.micro_per_million); }

std::string to_text(Instant instant) {
  if (instant < instant_min || instant_max < instant) throw Overflow("moment outside the years 0001 to 9999");
  const Date date = date_of(instant);
  const auto in_day =
      static_cast<std::uint64_t>(instant.micros - floor_divide(instant.micros, micros_per_day) * micros_per_day);
  const std::uint64_t seconds = in_day / micros_per_second;
  std::string out;
  out.reserve(sizeof "YYYY-MM-DDTHH:MM:SS.ffffffZ");
  append_padded(out, static_cast<std::uint64_t>(date.year), 4);
  out += '-';
  append_padded(out, static_cast<std::uint64_t>(date.month), 2);
  out += '-';
  append_padded(out, static_cast<std::uint64_t>(date.day), 2);
  out += 'T';
  append_padded(out, seconds / 3600, 2);
  out += ':';
  append_padded(out, seconds / 60 % 60, 2);
  out += ':';
  append_padded(out, seconds % 60, 2);
  append_fraction(out, in_day % micros_per_second);
  out += 'Z';
  return out;
}

std::optional<Credits> parse_credits(std::string_view text) {
  const std::optional<std::int64_t> micro = parse_millionths(text);
  if (!micro) return std::nullopt;
  return Credits{*micro};
}

std::optional<Rate> parse_rate(std::string_view text) {
  const std::optional<std::int64_t> micro = parse_millionths(text);
  if (!micro || text.front() == '-') return std::nullopt;
  return Rate{*micro};
}

std::optional<Instant> parse_instant(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00";
  if (text.size() < form.size() + 1 || text.back() != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '0' ? !ascii::is_digit(text[i]) : text[i] != form[i]) return std::nullopt;
  }
  const Date date{number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2)};
  const std::int64_t hour = number_at(text, 11, 2);
  const std::int64_t minute = number_at(text, 14, 2);
  const std::int64_t second = number_at(text, 17, 2);
  if (date.year < 1 || date.month < 1 || date.month > 12) return std::nullopt;
  if (date.day < 1 || date.day > days_in_month(date.year, date.month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;

  std::string_view fraction = text.substr(form.size(), text.size() - form.size() - 1);
  std::int64_t micros = 0;
  if (!fraction.empty()) {
    if (fraction.front() != '.') return std::nullopt;
    fraction.remove_prefix(1);
    if (fraction.empty() || fraction.size() > fraction_digits_max) return std::nullopt;
    micros = number_at(fraction, 0, fraction.size());
    if (micros < 0) return std::nullopt;
    for (std::size_t i = fraction.size(); i < fraction_digits_max; ++i) micros *= 10;
  }
  const std::int64_t seconds = days_from_date(date) * seconds_per_day + hour * 3600 + minute * 60 + second;
  return Instant{seconds * micros_per_second + micros};
}

Instant add_months(Instant start, std::int64_t months) {
  const Date date = date_of(start);
  const std::int64_t in_day = start.micros - floor_divide(start.micros, micros_per_day) * micros_per_day;
  const std::int64_t month_count = checked_add(date.year * 12 + date.month - 1, months);
  Date moved;
  moved.year = floor_divide(month_count, 12);
  moved.month = month_count - moved.year * 12 + 1;
  moved.day = std::min(date.day, days_in_month(moved.year, moved.month));
  if (moved.year < 1 || moved.year > 9999) throw Overflow("moment outside the years 0001 to 9999");
  return Instant{days_from_date(moved) * micros_per_day + in_day};
}

std::int64_t months_between(Instant a, Instant b) {
  const Date from = date_of(a);
  const Date to = date_of(b);
  return (to.year - from.year) * 12 + to.month - from.month;
}

bool Builders::admits(const std::optional<ActorId>& actor) const {
  if (everyone) return true;
  return actor && std::find(actors.begin(), actors.end(), *actor) != actors.end();
}

Digest digest_of(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  Digest digest;
  std::copy(std::begin(canonical.digest), std::end(canonical.digest), digest.bytes.begin());
  return digest;
}

CommandDigest command_digest_of(std::string_view command) {
  const Digest whole = digest_of(command);
  CommandDigest digest;
  std::copy_n(whole.bytes.begin(), digest.bytes.size(), digest.bytes.begin());
  return digest;
}

std::string to_hex(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(digest.bytes.size() * 2);
  for (const std::uint8_t byte : digest.bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 0x0F];
  }
  return out;
}

}  // namespace creditfold
