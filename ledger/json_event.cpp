// SPDX-License-Identifier: Apache-2.0
// Events and answers as JSON and events back, driven by the catalogue's `fields`: no field is listed here.
#include <boost/json.hpp>
#include <type_traits>
#include <utility>

#include "ledger/json.hpp"
#include "ledger/json_reader.hpp"
#include "ledger/json_text.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold {
namespace {

namespace json = boost::json;

struct WriteField {
  JsonWriter& out;

  template <class T>
  void operator()(const char* name, const T& value) const {
    out.field(name, value);
  }
  void operator()(const char*, const std::optional<PlanTerms>& terms) const {  // written flat
    if (terms) PlanTerms::fields(*terms, *this);
  }
};

void write_fields(JsonWriter& out, const Payload& payload) {
  std::visit([&](const auto& fact) { std::decay_t<decltype(fact)>::fields(fact, WriteField{out}); }, payload);
  // AI-2: what was charged for was made by AI. True of every charge there can be, so that it is said and never stored.
  if (std::holds_alternative<CreditsConsumed>(payload)) out.field("ai_generated", true);
}

void write_event(JsonWriter& out, const Event& event) {
  out.open('{')
      .field("type", type_name(event.payload))
      .field("seq", event.seq);
  if (!event.partition.value.empty()) out.field("partition", event.partition);
  out.field("account", event.account)
      .field("version", event.version)
      .field("at", event.at)
      .field("recorded_at", event.recorded_at)
      .field("key", event.key)
      .field("actor", event.actor);
  write_fields(out, event.payload);
  out.close('}');
}

// Documents written before charges said so are right; one that says otherwise is not.
void read_provenance(ObjectReader& in) {
  if (!in.optional_boolean("ai_generated").value_or(true)) {
    in.fail("ai_generated", "is false: output may not be represented as human-generated (AI-2)");
  }
}

struct ReadField {
  ObjectReader& in;

  void operator()(const char* name, bool& value) const { value = in.boolean(name); }
  void operator()(const char* name, std::int64_t& value) const { value = in.integer(name); }
  void operator()(const char* name, std::int32_t& value) const {
    const std::int64_t wide = in.integer(name);
    value = static_cast<std::int32_t>(wide);
    if (value != wide) in.fail(name, "is not an integer of 32 bits");
  }
  void operator()(const char* name, Credits& value) const { value = in.credits(name); }
  void operator()(const char* name, Volume& value) const { value = in.volume(name); }
  void operator()(const char* name, Instant& value) const { value = in.instant(name); }
  void operator()(const char* name, Money& value) const { value = in.money(name); }
  void operator()(const char* name, Text& value) const { value = in.text(name); }
  void operator()(const char* name, FreeText& value) const { value = in.free_text(name); }
  void operator()(const char* name, Builders& value) const { value = in.builders(name); }
  void operator()(const char* name, Bytes& value) const { value = in.bytes(name); }
  void operator()(const char* name, std::vector<UsageFlag>& value) const { value = flags(name); }
  template <class Tag>
  void operator()(const char* name, Id<Tag>& value) const {
    value = in.id<Id<Tag>>(name);
  }
  template <class E>
    requires std::is_enum_v<E>
  void operator()(const char* name, E& value) const {
    value = in.name_of<E>(name);
  }
  template <class T>
  void operator()(const char* name, std::optional<T>& value) const {
    if (in.has(name)) (*this)(name, value.emplace());
  }
  void operator()(const char*, std::optional<PlanTerms>& terms) const {
    if (in.has("plan")) PlanTerms::fields(terms.emplace(), *this);
  }

 private:
  [[nodiscard]] std::vector<UsageFlag> flags(const char* name) const {
    std::vector<UsageFlag> found;
    const json::value* value = in.find(name);
    const json::array* list = value ? value->if_array() : nullptr;
    if (value != nullptr && list == nullptr) in.fail(name, "is not a list");
    if (list == nullptr) return found;  // no flags: the list may be left out
    for (const json::value& element : *list) {
      const json::string* text = element.if_string();
      const auto flag = text ? parse_name<UsageFlag>(std::string_view(text->data(), text->size())) : std::nullopt;
      if (!flag || (!found.empty() && !(found.back() < *flag))) {
        in.fail(name, "is not a list of flags in their order");
        return found;
      }
      found.push_back(*flag);
    }
    return found;
  }
};

template <std::size_t I = 0>
bool read_payload(std::string_view type, ObjectReader& in, Payload& payload) {
  if constexpr (I == event_kinds) {
    return false;
  } else {
    using Fact = std::variant_alternative_t<I, Payload>;
    if (type != Fact::name) return read_payload<I + 1>(type, in, payload);
    Fact fact;
    Fact::fields(fact, ReadField{in});
    if constexpr (std::is_same_v<Fact, CreditsConsumed>) read_provenance(in);
    payload = std::move(fact);
    return true;
  }
}

constexpr std::string_view departed_start = R"({"departed":)";

Expected<json::value, EventFault> parse_line(std::string_view text) {
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return Unexpected{EventFault{"/", "is not JSON: " + error.message()}};
  if (const auto twice = find_duplicate_key(text)) return Unexpected{EventFault{*twice, "stands twice"}};
  return value;
}

}  // namespace

std::string to_json(const Departed& departed) {
  JsonWriter out;
  out.open('{').key("departed").open('{');
  out.field("first_seq", departed.first_seq)
      .field("last_seq", departed.last_seq)
      .field("account", departed.account)
      .field("to", departed.to)
      .close('}')
      .close('}');
  return out.take();
}

bool is_departed(std::string_view line) {
  const std::size_t start = line.find_first_not_of(" \t");
  return start != std::string_view::npos && line.substr(start, departed_start.size()) == departed_start;
}

Expected<Departed, EventFault> parse_departed(std::string_view text) {
  const auto value = parse_line(text);
  if (!value) return Unexpected{value.error()};
  std::optional<ReadFault> fault;
  ObjectReader line(*value, "", fault);
  Departed departed;
  if (const json::value* inner = line.find("departed")) {
    ObjectReader in(*inner, "/departed", fault);
    departed.first_seq = in.integer("first_seq");
    departed.last_seq = in.integer("last_seq");
    departed.account = in.id<AccountId>("account");
    departed.to = in.id<RegionId>("to");
    if (!fault && departed.first_seq < 1) in.fail("first_seq", "is below 1");
    if (!fault && departed.last_seq < departed.first_seq) in.fail("last_seq", "lies before first_seq");
    in.refuse_others();
  } else {
    line.fail("departed", "is missing");
  }
  line.refuse_others();
  if (fault) return Unexpected{EventFault{fault->place, fault->what}};
  return departed;
}

std::string to_json(const Event& event) {
  JsonWriter out;
  write_event(out, event);
  return out.take();
}

std::string fields_json(const Payload& payload) {
  JsonWriter out;
  out.open('{');
  write_fields(out, payload);
  out.close('}');
  return out.take();
}

Expected<Event, EventFault> parse_event(std::string_view text) {
  const auto value = parse_line(text);
  if (!value) return Unexpected{value.error()};
  std::optional<ReadFault> fault;
  ObjectReader in(*value, "", fault);
  const std::string type = in.string("type");
  Event event;
  event.seq = in.integer("seq");
  event.partition = partition_of(in.optional_id<RegionId>("partition").value_or(RegionId{}));
  event.account = in.id<AccountId>("account");
  event.version = in.integer("version");
  event.at = in.instant("at");
  event.recorded_at = in.instant("recorded_at");
  event.key = in.id<IdempotencyKey>("key");
  event.actor = in.optional_id<ActorId>("actor");
  if (!fault && !read_payload(type, in, event.payload)) in.fail("type", "is no event");
  if (!fault && event.seq < 1) in.fail("seq", "is below 1");
  if (!fault && event.version < 1) in.fail("version", "is below 1");
  in.refuse_others();
  if (fault) return Unexpected{EventFault{fault->place, fault->what}};
  return event;
}

std::string to_json(const Answer& answer) {
  JsonWriter out;
  out.open('{').key("key");
  if (answer.key) {
    out.write(*answer.key);
  } else {
    out.write_null();
  }
  if (answer.refused) {
    const Refusal& refusal = *answer.refused;
    out.key("refused").open('{').field("code", to_name(refusal.code)).key("clause");
    if (refusal.clause.empty()) {
      out.write_null();
    } else {
      out.write(refusal.clause);
    }
    out.field("message", std::string_view(refusal.message)).key("details").open('{');
    for (const auto& [name, value] : refusal.details) out.field(name, std::string_view(value));
    out.close('}').close('}');
  } else {
    out.key("accepted").open('[');
    for (const Event& event : answer.accepted) write_event(out, event);
    out.close(']');
    if (answer.replayed) out.field("replayed", true);
  }
  out.close('}');
  return out.take();
}

}  // namespace creditfold
