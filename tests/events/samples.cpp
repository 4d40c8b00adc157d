// SPDX-License-Identifier: Apache-2.0
// The fillers behind the samples: one overload for each word of the vocabulary.
#include "tests/events/samples.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "events/upcast.hpp"

namespace creditfold::test {
namespace {

constexpr Instant base{1'772'323'200'000'000};  // 2026-03-01T00:00:00Z

template <std::size_t... I>
Payload payload_of(std::uint8_t tag, std::index_sequence<I...>) {
  constexpr std::array<Payload (*)(), sizeof...(I)> makers{
      []() -> Payload { return std::variant_alternative_t<I, Payload>{}; }...};
  return makers.at(tag - 1U)();
}

Payload payload_of(std::uint8_t tag) { return payload_of(tag, std::make_index_sequence<event_kinds>{}); }

// Values that count up, so that two fields that changed places show.
class CountingFill {
 public:
  explicit CountingFill(bool full) : full_(full) {}

  void operator()(const char*, bool& value) { value = full_; }
  void operator()(const char*, std::int32_t& value) { value = static_cast<std::int32_t>(next()); }
  void operator()(const char*, std::int64_t& value) { value = next(); }
  void operator()(const char*, Credits& value) { value = {full_ ? next() * 1'000'001 : -next()}; }
  void operator()(const char*, Volume& value) { value = {full_ ? next() * 1000 : 0}; }
  void operator()(const char*, Instant& value) { value = {base.micros + next() * 1'000'000}; }
  void operator()(const char*, Money& value) { value = {{'U', 'S', 'D'}, next() * 100}; }
  void operator()(const char*, Text& value) { value = {full_ ? "some words, No. " + std::to_string(next()) : ""}; }
  void operator()(const char* name, FreeText& value) {
    Text text;
    (*this)(name, text);
    value = FreeText(text);
  }
  void operator()(const char*, Bytes& value) {
    if (full_) value.value = {0, static_cast<std::uint8_t>(next()), 0xFF};
  }
  void operator()(const char*, Builders& value) {
    value.everyone = !full_;
    if (full_) value.actors = {ActorId("ana"), ActorId("bo")};
  }
  void operator()(const char*, std::vector<UsageFlag>& value) {
    if (full_) value = {UsageFlag::revoked, UsageFlag::partner_terms};
  }
  template <class Tag>
  void operator()(const char* name, Id<Tag>& value) {
    value.value = std::string(name) + "-" + std::to_string(next());
  }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(const char*, E& value) {
    value = full_ ? static_cast<E>(EnumNames<E>::names.size() - 1) : static_cast<E>(0);
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& value) {
    if (full_) (*this)(name, value.emplace());
  }
  template <class T>
  requires requires(T& struct_) { T::fields(struct_, std::declval<CountingFill&>()); }
  void operator()(const char*, T& value) { T::fields(value, *this); }

 private:
  std::int64_t next() { return ++count_; }
  bool full_;
  std::int64_t count_ = 0;
};

// Any value a type allows, its extremes often.
class RandomFill {
 public:
  explicit RandomFill(Random& random) : random_(random) {}

  void operator()(const char*, bool& value) { value = random_.chance(50); }
  void operator()(const char*, std::int32_t& value) { value = static_cast<std::int32_t>(number()); }
  void operator()(const char*, std::int64_t& value) { value = number(); }
  void operator()(const char*, Credits& value) { value.micro = number(); }
  void operator()(const char*, Volume& value) { value.tokens = number() & std::numeric_limits<std::int64_t>::max(); }
  void operator()(const char*, Instant& value) {
    const auto span = static_cast<std::uint64_t>(instant_max.micros - instant_min.micros);
    value.micros = instant_min.micros + static_cast<std::int64_t>(random_.below(span + 1));
    if (random_.chance(5)) value = random_.chance(50) ? instant_min : instant_max;
  }
  void operator()(const char*, Money& value) {
    for (char& letter : value.currency) letter = static_cast<char>('A' + random_.below(26));
    value.minor = number();
  }
  void operator()(const char*, Text& value) { value.value = text(0, text_bytes_max); }
  void operator()(const char*, FreeText& value) {
    value = FreeText(text(0, text_bytes_max));
    if (random_.chance(50)) return;
    const bool boxed = random_.chance(50);
    const std::size_t least = boxed ? boxed_overhead_bytes_min : keyed_overhead_bytes;
    const std::size_t most = (boxed ? boxed_overhead_bytes_max : keyed_overhead_bytes) + text_bytes_max;
    value.value.resize(least + random_.index(random_.chance(5) ? most + 1 - least : 64));
    for (char& byte : value.value) byte = static_cast<char>(random_.next());
    value.value[0] = FreeText::sealed_mark;
    value.value[1] = boxed ? FreeText::boxed_form : FreeText::keyed_form;
  }
  void operator()(const char*, Bytes& value) {
    value.value.resize(random_.index(random_.chance(5) ? opaque_bytes_max + 1 : 64));
    for (std::uint8_t& byte : value.value) byte = static_cast<std::uint8_t>(random_.next());
  }
  void operator()(const char* name, Builders& value) {
    value.everyone = random_.chance(50);
    value.actors.clear();
    if (!value.everyone) value.actors.resize(random_.index(20));
    for (ActorId& actor : value.actors) (*this)(name, actor);
  }
  void operator()(const char*, std::vector<UsageFlag>& value) {
    value.clear();
    for (std::size_t i = 0; i < EnumNames<UsageFlag>::names.size(); ++i) {
      if (random_.chance(30)) value.push_back(static_cast<UsageFlag>(i));
    }
  }
  template <class Tag>
  void operator()(const char*, Id<Tag>& value) {
    value.value = text(1, Tag::bytes_max);
  }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(const char*, E& value) { value = static_cast<E>(random_.below(EnumNames<E>::names.size())); }
  template <class T>
  void operator()(const char* name, std::optional<T>& value) {
    value.reset();
    if (random_.chance(50)) (*this)(name, value.emplace());
  }
  template <class T>
  requires requires(T& struct_) { T::fields(struct_, std::declval<RandomFill&>()); }
  void operator()(const char*, T& value) { T::fields(value, *this); }

 private:
  // Of any length in bits, either sign.
  std::int64_t number() { return static_cast<std::int64_t>(random_.next()) >> random_.below(64); }

  std::string text(std::size_t least, std::size_t most) {
    static constexpr std::array<std::string_view, 6> alphabet{"a", "Z", "/", "é", "語", "𝛑"};
    const std::size_t size =
        least + random_.index(random_.chance(5) ? most + 1 - least : std::min<std::size_t>(most, 40));
    std::string result;
    while (result.size() < size) {
      const std::string_view letter = alphabet[random_.index(alphabet.size())];
      result += result.size() + letter.size() <= size ? letter : "a";
    }
    return result;
  }

  Random& random_;
};

std::string value_text(bool value) { return value ? "yes" : "no"; }
std::string value_text(std::int32_t value) { return std::to_string(value); }
std::string value_text(std::int64_t value) { return std::to_string(value); }
std::string value_text(Credits value) { return to_text(value); }
std::string value_text(Volume value) { return std::to_string(value.tokens); }
std::string value_text(Instant value) { return to_text(value); }
std::string value_text(const Money& value) { return std::string(value.code()) + " " + std::to_string(value.minor); }
std::string value_text(const Text& value) { return "\"" + value.value + "\""; }
std::string value_text(const FreeText& value) {
  if (!value.sealed()) return "\"" + value.value + "\"";
  return "sealed " + to_hex({value.value.begin(), value.value.end()});
}
std::string value_text(const Bytes& value) { return to_hex(value.value); }
template <class Tag>
std::string value_text(const Id<Tag>& value) {
  return value.value;
}
template <class E>
requires std::is_enum_v<E> std::string value_text(E value) { return std::string(to_name(value)); }
std::string value_text(const Builders& value) {
  if (value.everyone) return "everyone";
  std::string result;
  for (const ActorId& actor : value.actors) result += (result.empty() ? "" : ", ") + actor.value;
  return result;
}
std::string value_text(const std::vector<UsageFlag>& value) {
  std::string result;
  for (const UsageFlag flag : value) result += (result.empty() ? "" : ", ") + std::string(to_name(flag));
  return result;
}

struct Describe {
  std::string& out;

  template <class T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) (*this)(name, *value);
  }
  template <class T>
  void operator()(const char* name, const T& value) {
    if constexpr (requires { T::fields(value, *this); }) {
      T::fields(value, *this);
    } else {
      const std::string text = value_text(value);
      out += std::string(name) + " =" + (text.empty() ? "" : " ") + text + "\n";
    }
  }
};

std::uint8_t digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  throw std::invalid_argument(std::string("not a hex digit: ") + c);
}

}  // namespace

Event sample_event(std::uint8_t tag, bool full) {
  CountingFill fill(full);
  Event event;
  event.account = AccountId("acme");
  event.version = 7;
  event.at = base;
  event.recorded_at = {base.micros + 250'000};
  event.key = IdempotencyKey("key-1");
  if (full) event.actor = ActorId("actor-1");
  event.payload = payload_of(tag);
  std::visit([&]<class P>(P& payload) { P::fields(payload, fill); }, event.payload);
  return event;
}

Event random_event(Random& random) {
  RandomFill fill(random);
  Event event;
  fill("account", event.account);
  event.version = 1 + static_cast<std::int64_t>(random.next() >> 2 >> random.below(62));
  fill("at", event.at);
  fill("recorded_at", event.recorded_at);
  fill("key", event.key);
  fill("actor", event.actor);
  event.payload = payload_of(static_cast<std::uint8_t>(1 + random.below(event_kinds)));
  std::visit([&]<class P>(P& payload) { P::fields(payload, fill); }, event.payload);
  return event;
}

Event typical_event(Random& random, const AccountId& account, std::int64_t version) {
  static constexpr std::array<std::string_view, 4> models{"gpt-4o", "gpt-4o-mini", "claude-3.5-sonnet",
                                                          "claude-3-opus"};
  Event event;
  event.account = account;
  event.version = version;
  event.at = {base.micros + version * 1'500'000 + static_cast<std::int64_t>(random.below(1'000'000))};
  event.recorded_at = {event.at.micros + static_cast<std::int64_t>(random.below(40'000))};
  event.key = IdempotencyKey("01JNZ7X4" + std::to_string(10'000'000'000 + version));
  event.actor = ActorId("user-" + std::to_string(random.below(500)));
  CreditsConsumed charge;
  charge.usage = UsageId("run-" + std::to_string(10'000'000 + version));
  charge.plan = PlanId("plus");
  charge.workflow = WorkflowId("workflow-" + std::to_string(random.below(40)));
  charge.model = ModelId(models[random.index(models.size())]);
  charge.query = {static_cast<std::int64_t>(random.below(200))};
  charge.input = {static_cast<std::int64_t>(random.below(8'000))};
  charge.output = {static_cast<std::int64_t>(random.below(2'000))};
  charge.rate_card = RateCardId("2025-10");
  charge.credits = {static_cast<std::int64_t>(random.below(500'000'000))};
  event.payload = std::move(charge);
  return event;
}

std::string describe(const Event& event) {
  std::string out;
  Describe say{out};
  say("account", event.account);
  say("version", event.version);
  say("at", event.at);
  say("recorded_at", event.recorded_at);
  say("key", event.key);
  say("actor", event.actor);
  const auto say_fields = [&]<class P>(const P& payload) {
    if constexpr (NamedSince2<P>) {
      if (revision_of(payload) == 1) return P::first_fields(payload, say);
    }
    P::fields(payload, say);
  };
  std::visit(say_fields, event.payload);
  return out;
}

std::string to_hex(const std::vector<std::uint8_t>& bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 0x0F];
  }
  return out;
}

std::vector<std::uint8_t> from_hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ' || text[i] == '\n') continue;
    if (i + 1 == text.size()) throw std::invalid_argument("half a byte");
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
    ++i;
  }
  return bytes;
}

}  // namespace creditfold::test
