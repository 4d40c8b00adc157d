// SPDX-License-Identifier: Apache-2.0
// The words every other file speaks: identifiers, credits, money, moments and the enumerations that are stored.
// Strong types with checked arithmetic; no I/O, no clock, no locale, no floating point.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "events/ascii.hpp"

namespace creditfold {

// A sum or product left int64. Thrown by checked arithmetic only, and caught at two edges: `decide` answers a
// refusal, a fold reports a fault. It never crosses a public function of the ledger.
class Overflow : public std::overflow_error {
 public:
  explicit Overflow(const char* what) : std::overflow_error(what) {}
};

[[nodiscard]] inline std::int64_t checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw Overflow("sum beyond 64 bits");
  return sum;
}

[[nodiscard]] inline std::int64_t checked_subtract(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) throw Overflow("difference beyond 64 bits");
  return difference;
}

[[nodiscard]] inline std::int64_t checked_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) throw Overflow("product beyond 64 bits");
  return product;
}

// Limits of the contract. An id fits one line of a log and one index entry; a key is what HTTP callers send as a
// header.
inline constexpr std::size_t id_bytes_max = 128;
inline constexpr std::size_t key_bytes_max = 255;
// Free text (a reason, a memo) is a remark, not a document.
inline constexpr std::size_t text_bytes_max = 4096;
// A sealed text is an envelope: the mark, a form byte, and what sealing adds (FORMAT.md, "Sealed text"). Form 1 adds a
// nonce of 24 bytes and a tag of 16; form 2 an ephemeral key of 32, a tag of 16, and inside an account's id with its
// length and a version.
inline constexpr std::size_t envelope_head_bytes = 2;
inline constexpr std::size_t keyed_overhead_bytes = envelope_head_bytes + 24 + 16;
inline constexpr std::size_t boxed_overhead_bytes_min = envelope_head_bytes + 32 + 16 + 1 + 1 + 8;
inline constexpr std::size_t boxed_overhead_bytes_max = boxed_overhead_bytes_min + id_bytes_max - 1;
// A wrapped key or a hash. AWS KMS hands out ciphertexts of at most 6144 bytes.
inline constexpr std::size_t opaque_bytes_max = 8192;
// A builder list is a team's, not a company's.
inline constexpr std::size_t actors_max = 10'000;

// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);
// UTF-8 of 1..bytes_max bytes without control characters (C0, DEL, C1).
[[nodiscard]] bool is_plain_text(std::string_view text, std::size_t bytes_max);

// A string that says what it identifies. Ids of different kinds do not compare and do not convert.
template <class Tag>
struct Id {
  static constexpr std::size_t bytes_max = Tag::bytes_max;
  static constexpr bool takes_controls = requires { Tag::takes_controls; };

  std::string value;

  Id() = default;
  explicit Id(std::string text) : value(std::move(text)) {}
  explicit Id(const char* text) : value(text) {}
  explicit Id(std::string_view text) : value(text) {}

  [[nodiscard]] static bool valid(std::string_view text) {
    const bool sized = !text.empty() && text.size() <= bytes_max;
    if constexpr (takes_controls) return sized && is_utf8(text);
    return (sized && ascii::is_plain(text)) || is_plain_text(text, bytes_max);
  }

  friend bool operator==(const Id& a, const Id& b) { return a.value == b.value; }
  friend bool operator!=(const Id& a, const Id& b) { return a.value != b.value; }
  // By bytes. Not the string's own comparison, which the module's build for size does not inline into every map.
  friend bool operator<(const Id& a, const Id& b) {
    const int order = std::memcmp(a.value.data(), b.value.data(), std::min(a.value.size(), b.value.size()));
    return order != 0 ? order < 0 : a.value.size() < b.value.size();
  }
};

struct AccountTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct ActorTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct AuthorizationTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct FeatureTag { static constexpr std::size_t bytes_max = id_bytes_max; };
// A sender's own, whatever it is made of.
struct KeyTag { static constexpr std::size_t bytes_max = key_bytes_max; static constexpr bool takes_controls = true; };
struct LotTag { static constexpr std::size_t bytes_max = id_bytes_max + 64; };  // plan/term/period/n
struct ModelTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct PlanTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct ProductTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct RateCardTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct RegionTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct TermsTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct UsageTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct WorkflowTag { static constexpr std::size_t bytes_max = id_bytes_max; };
struct ArnTag { static constexpr std::size_t bytes_max = 2048; };  // AWS: an ARN is at most 2048 characters

using AccountId = Id<AccountTag>;
using ActorId = Id<ActorTag>;
using AuthorizationId = Id<AuthorizationTag>;
using FeatureId = Id<FeatureTag>;
using IdempotencyKey = Id<KeyTag>;
using LotId = Id<LotTag>;
using ModelId = Id<ModelTag>;
using PlanId = Id<PlanTag>;
using ProductId = Id<ProductTag>;
using RateCardId = Id<RateCardTag>;
using RegionId = Id<RegionTag>;
using TermsId = Id<TermsTag>;
using UsageId = Id<UsageTag>;
using WorkflowId = Id<WorkflowTag>;
using KeyArn = Id<ArnTag>;

// The region whose partition needs no name: events and documents of its log leave it out.
inline constexpr std::string_view home_region = "us";
// A region's data lies in a folder of its name, whatever the file system: letters, digits, - and _, first a letter or a
// digit, at most 64; not `lock`, which is a file's.
[[nodiscard]] bool is_region_name(std::string_view text);
// How events and documents name a region's partition: empty for the home region's.
[[nodiscard]] inline RegionId partition_of(const RegionId& region) {
  return region.value == home_region ? RegionId{} : region;
}

// Words as they are: what a command says, a billing name.
struct Text {
  std::string value;
  friend bool operator==(const Text& a, const Text& b) { return a.value == b.value; }
};

// Free text a person wrote into an event: a reason, a memo. As it is, or sealed with the account's data key (EKM-5):
// then it is an envelope, which begins with a byte that no UTF-8 holds.
struct FreeText {
  static constexpr char sealed_mark = '\xFF';
  // Stored: never change one, never use one again.
  static constexpr char keyed_form = 1;  // with the data key
  static constexpr char boxed_form = 2;  // to the account's public key, where the data key is not at hand

  std::string value;  // UTF-8, or an envelope

  FreeText() = default;
  explicit FreeText(std::string bytes) : value(std::move(bytes)) {}
  explicit FreeText(const Text& text) : value(text.value) {}

  [[nodiscard]] bool sealed() const { return !value.empty() && value.front() == sealed_mark; }
  // At most text_bytes_max bytes of UTF-8, or an envelope of a known form whose length such a text can have.
  [[nodiscard]] static bool valid(std::string_view bytes);
  friend bool operator==(const FreeText& a, const FreeText& b) { return a.value == b.value; }
};
[[nodiscard]] std::optional<FreeText> to_free_text(const std::optional<Text>& text);

// Bytes that mean nothing here: a wrapped key, a hash.
struct Bytes {
  std::vector<std::uint8_t> value;
  friend bool operator==(const Bytes& a, const Bytes& b) { return a.value == b.value; }
};

// Credits in int64 micro-credits. Every operator is overflow-checked.
struct Credits {
  std::int64_t micro = 0;

  friend constexpr auto operator<=>(const Credits&, const Credits&) = default;
  friend Credits operator+(Credits a, Credits b) { return {checked_add(a.micro, b.micro)}; }
  friend Credits operator-(Credits a, Credits b) { return {checked_subtract(a.micro, b.micro)}; }
  Credits& operator+=(Credits other) { return *this = *this + other; }
  Credits& operator-=(Credits other) { return *this = *this - other; }
};

inline constexpr std::int64_t micro_per_credit = 1'000'000;

// A rate: micro-credits per 1,000,000 tokens. Not Credits, so that the two are never added.
struct Rate {
  std::int64_t micro_per_million = 0;
  friend constexpr auto operator<=>(const Rate&, const Rate&) = default;
};

// Whole tokens, 0 or more.
struct Volume {
  std::int64_t tokens = 0;
  friend constexpr auto operator<=>(const Volume&, const Volume&) = default;
};

// An amount in minor units of an ISO 4217 currency.
struct Money {
  std::array<char, 3> currency{};
  std::int64_t minor = 0;

  [[nodiscard]] std::string_view code() const { return {currency.data(), currency.size()}; }
  friend bool operator==(const Money& a, const Money& b) { return a.currency == b.currency && a.minor == b.minor; }
};

// A moment in int64 microseconds since 1970-01-01T00:00:00Z, without leap seconds.
struct Instant {
  std::int64_t micros = 0;
  friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
};

// RFC 3339 writes years 0001 to 9999; nothing outside can be said in the contract.
inline constexpr Instant instant_min{-62'135'596'800'000'000};
inline constexpr Instant instant_max{253'402'300'799'999'999};

[[nodiscard]] std::string to_text(Credits credits);  // shortest decimal form, "0.000125"
[[nodiscard]] std::string to_text(Rate rate);        // credits per 1,000,000 tokens, shortest decimal form
[[nodiscard]] std::string to_text(Instant instant);  // RFC 3339, UTC, shortest form; REQUIRES: instant_min..instant_max
[[nodiscard]] std::optional<Credits> parse_credits(std::string_view text);  // -?digits(.1 to 6 digits)?
[[nodiscard]] std::optional<Rate> parse_rate(std::string_view text);        // the same form, not negative
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);  // YYYY-MM-DDTHH:MM:SS[.1 to 6 digits]Z

// Adds whole calendar months in UTC; a day the month does not have becomes its last (Jan 31 + 1 = Feb 28 or 29). (H2)
[[nodiscard]] Instant add_months(Instant start, std::int64_t months);
// How many whole months lie between the two calendar months of `a` and `b`, days not looked at.
[[nodiscard]] std::int64_t months_between(Instant a, Instant b);

// Stored enumerations. The numbers stand in the log: never change one, never use one again.
enum class Environment : std::uint8_t { commercial = 0, gov = 1 };
enum class Cadence : std::uint8_t { monthly = 0, quarterly = 1 };
enum class OnExhaustion : std::uint8_t { stop = 0, overage = 1, unlimited = 2 };
enum class LotKind : std::uint8_t {
  allotment = 0,
  promotion = 1,
  purchase = 2,
  correction = 3
};  // also burn order, H11
enum class ReleaseReason : std::uint8_t { released = 0, expired = 1, period_closed = 2 };
enum class UsageFlag : std::uint8_t {
  revoked = 0,
  discontinued = 1,
  not_authorized_in_gov = 2,
  beta_not_accepted = 3,
  partner_terms = 4,
  unknown_authorization = 5,
};

// The names of an enumeration's values, in the order of their numbers. Specialised once for each.
template <class E>
struct EnumNames;
template <>
struct EnumNames<Environment> { static constexpr std::array<std::string_view, 2> names{"commercial", "gov"}; };
template <>
struct EnumNames<Cadence> { static constexpr std::array<std::string_view, 2> names{"monthly", "quarterly"}; };
template <>
struct EnumNames<OnExhaustion> {
  static constexpr std::array<std::string_view, 3> names{"stop", "overage", "unlimited"};
};
template <>
struct EnumNames<LotKind> {
  static constexpr std::array<std::string_view, 4> names{"allotment", "promotion", "purchase", "correction"};
};
template <>
struct EnumNames<ReleaseReason> {
  static constexpr std::array<std::string_view, 3> names{"released", "expired", "period_closed"};
};
template <>
struct EnumNames<UsageFlag> {
  static constexpr std::array<std::string_view, 6> names{"revoked",           "discontinued",  "not_authorized_in_gov",
                                                         "beta_not_accepted", "partner_terms", "unknown_authorization"};
};

template <class E>
[[nodiscard]] std::string_view to_name(E value) {
  return EnumNames<E>::names.at(static_cast<std::size_t>(value));
}

template <class E>
[[nodiscard]] std::optional<E> parse_name(std::string_view name) {
  const auto& names = EnumNames<E>::names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

// Who may build under a plan: everybody, or the listed actors. A list admits nobody without an actor. (H6)
struct Builders {
  bool everyone = true;
  std::vector<ActorId> actors;  // in the order sent; empty when everyone

  [[nodiscard]] bool admits(const std::optional<ActorId>& actor) const;
  friend bool operator==(const Builders& a, const Builders& b) {
    return a.everyone == b.everyone && a.actors == b.actors;
  }
};

// 16 bytes that identify a state: XXH3-128, big-endian canonical form. Not a cryptographic hash.
struct Digest {
  std::array<std::uint8_t, 16> bytes{};
  friend bool operator==(const Digest& a, const Digest& b) { return a.bytes == b.bytes; }
  friend bool operator!=(const Digest& a, const Digest& b) { return a.bytes != b.bytes; }
};

// What tells a command sent again from another one under the same key (H19): the first 6 bytes of its Digest. The key
// is compared whole, so of those who use a key twice by mistake one in 2^48 is answered as if it had not.
struct CommandDigest {
  std::array<std::uint8_t, 6> bytes{};
  friend bool operator==(const CommandDigest& a, const CommandDigest& b) { return a.bytes == b.bytes; }
  friend bool operator!=(const CommandDigest& a, const CommandDigest& b) { return a.bytes != b.bytes; }
};

[[nodiscard]] Digest digest_of(std::string_view bytes);
[[nodiscard]] CommandDigest command_digest_of(std::string_view command);
[[nodiscard]] std::string to_hex(const Digest& digest);  // 32 lower-case hex digits

}  // namespace creditfold
