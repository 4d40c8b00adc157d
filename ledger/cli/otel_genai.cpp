// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/otel_genai.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <deque>

#include "ledger/cli/json_items.hpp"
#include "ledger/cli/usage_time.hpp"
#include "ledger/json_reader.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view otel_prefix = "otel-genai:";
constexpr std::size_t trace_id_digits = 32, span_id_digits = 16;
// Operations that are calls of a model. An agent's span repeats what the calls below it used, and a tool is no model.
constexpr std::array<std::string_view, 4> model_operations{"chat", "text_completion", "generate_content", "embeddings"};

// A span's or resource's attributes: OTLP's list of keys and typed values, or an object as SDKs print it.
class Attributes {
 public:
  explicit Attributes(const json::value* owner) : found_(owner ? field_of(*owner, "attributes") : nullptr) {}

  [[nodiscard]] std::optional<json::value> find(std::string_view name) const {
    if (found_ == nullptr) return std::nullopt;
    if (const json::value* direct = field_of(*found_, name)) return *direct;
    const json::array* list = found_->if_array();
    if (list == nullptr) return std::nullopt;
    for (const json::value& attribute : *list) {
      if (string_field(attribute, "key") != std::string(name)) continue;
      const json::value* typed = field_of(attribute, "value");
      if (typed == nullptr) return std::nullopt;
      for (const char* kind : {"stringValue", "intValue", "boolValue"}) {
        if (const json::value* value = field_of(*typed, kind)) return *value;
      }
      return std::nullopt;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const {
    const auto value = find(name);
    const json::string* text = value ? value->if_string() : nullptr;
    if (text == nullptr) return std::nullopt;
    return std::string(text->data(), text->size());
  }

 private:
  const json::value* found_;
};

std::optional<std::string> hex_id(std::optional<std::string> text, std::size_t digits) {
  if (!text) return std::nullopt;
  if (text->starts_with("0x")) text->erase(0, 2);
  for (char& c : *text) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  const bool hex = text->size() == digits && text->find_first_not_of("0123456789abcdef") == std::string::npos;
  const bool zero = hex && text->find_first_not_of('0') == std::string::npos;
  return hex && !zero ? text : std::nullopt;
}

// traceId, as OTLP says it; trace_id, or inside context, as SDKs print it.
std::optional<std::string> span_id_of(const json::value& span, std::string_view otlp, std::string_view printed) {
  if (auto text = string_field(span, otlp)) return text;
  if (auto text = string_field(span, printed)) return text;
  const json::value* context = field_of(span, "context");
  return context ? string_field(*context, printed) : std::nullopt;
}

std::optional<Instant> time_field(const json::value& span, std::string_view nanos, std::string_view printed) {
  if (const json::value* found = field_of(span, nanos)) {
    const auto number = whole_number(*found);
    return number ? from_unix_nanos(*number) : std::nullopt;
  }
  const auto text = string_field(span, printed);
  return text ? parse_offset_time(*text) : std::nullopt;
}

// When the use was over and its volumes known; its start where no end was taken.
std::optional<Instant> moment_of(const json::value& span) {
  if (const auto end = time_field(span, "endTimeUnixNano", "end_time")) return end;
  return time_field(span, "startTimeUnixNano", "start_time");
}

bool has_failed(const json::value& span, const Attributes& attributes) {
  if (attributes.find("error.type")) return true;
  const json::value* status = field_of(span, "status");
  const json::value* code = status ? field_of(*status, "code") : nullptr;
  if (code != nullptr && code->is_int64()) return code->get_int64() == 2;
  const auto name = status ? string_field(*status, "code") : std::nullopt;
  const auto printed = status ? string_field(*status, "status_code") : std::nullopt;
  return name == "STATUS_CODE_ERROR" || printed == "ERROR";
}

// The first of the names that is there. Older conventions said prompt and completion tokens.
std::optional<json::value> first_of(const Attributes& attributes, std::string_view name, std::string_view older) {
  auto found = attributes.find(name);
  return found ? found : attributes.find(older);
}

template <class SomeId>
std::optional<SomeId> id_attribute(const std::optional<std::string>& text, std::string_view name, std::string& why) {
  if (!text) return std::nullopt;
  if (SomeId::valid(*text)) return SomeId(*text);
  why = std::string(name) + " is not an id of 1 to 128 bytes";
  return std::nullopt;
}

class OtelGenai final : public UsageFile {
 public:
  OtelGenai(const std::string& file, std::string_view content) : items_(file, "otel-genai", content) {}

  [[nodiscard]] std::optional<UsageItem> next() override {
    while (waiting_.empty()) {
      auto item = items_.next();
      if (!item) return std::nullopt;
      if (const auto* bad = std::get_if<BadRow>(&*item)) return UsageItem(*bad);
      take(std::get<JsonItem>(*item));
    }
    UsageItem first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }
  [[nodiscard]] std::size_t offset() const override { return items_.offset(); }
  [[nodiscard]] std::string key_prefix() const override { return std::string(otel_prefix); }

 private:
  // An object of OTLP holds many spans; any other is one.
  void take(const JsonItem& item) {
    if (!item.value.is_object()) {
      waiting_.emplace_back(BadRow{item.place, "is no object"});
      return;
    }
    const json::value* resources = field_of(item.value, "resourceSpans");
    if (resources == nullptr) {
      const bool other_signal = field_of(item.value, "resourceMetrics") || field_of(item.value, "resourceLogs");
      waiting_.push_back(other_signal ? UsageItem(OtherRow{{}}) : read(item.value, nullptr, item.place));
      return;
    }
    std::int64_t number = 0;
    for (const json::value& resource : list_of(resources)) {
      for (const json::value& scope : list_of(field_of(resource, "scopeSpans"))) {
        for (const json::value& span : list_of(field_of(scope, "spans"))) {
          waiting_.push_back(
              read(span, field_of(resource, "resource"), item.place + ", span " + std::to_string(++number)));
        }
      }
    }
  }

  static const json::array& list_of(const json::value* value) {
    static const json::array none;
    const json::array* list = value ? value->if_array() : nullptr;
    return list ? *list : none;
  }

  [[nodiscard]] UsageItem read(const json::value& span, const json::value* resource, const std::string& place) {
    if (has_marked_text(span) || (resource != nullptr && has_marked_text(*resource))) return MarkedRow{place};
    const Attributes attributes(&span);
    const auto input = first_of(attributes, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens");
    const auto output = first_of(attributes, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens");
    const auto operation = attributes.text("gen_ai.operation.name");
    if (operation &&
        std::find(model_operations.begin(), model_operations.end(), *operation) == model_operations.end()) {
      return OtherRow{{}};
    }
    if (!input && !output) {
      if (!operation || has_failed(span, attributes)) return OtherRow{{}};
      return BadRow{place, "names a call of a model and no gen_ai.usage.input_tokens or output_tokens"};
    }
    return read_usage(span, attributes, Attributes(resource), input, output, place);
  }

  [[nodiscard]] UsageItem read_usage(const json::value& span, const Attributes& attributes, const Attributes& resource,
                                     const std::optional<json::value>& input, const std::optional<json::value>& output,
                                     const std::string& place) {
    const auto bad = [&](const std::string& why) { return UsageItem(BadRow{place, why}); };
    const auto trace = hex_id(span_id_of(span, "traceId", "trace_id"), trace_id_digits);
    if (!trace) return bad("traceId is not 32 hexadecimal digits");
    const auto id = hex_id(span_id_of(span, "spanId", "span_id"), span_id_digits);
    if (!id) return bad("spanId is not 16 hexadecimal digits");
    const auto at = moment_of(span);
    if (!at) return bad("endTimeUnixNano is no moment");
    const auto in = input ? whole_number(*input) : std::optional<std::int64_t>(0);
    if (!in) return bad("gen_ai.usage.input_tokens is not a whole number from 0");
    const auto out = output ? whole_number(*output) : std::optional<std::int64_t>(0);
    if (!out) return bad("gen_ai.usage.output_tokens is not a whole number from 0");
    std::string why;
    UsageRow row;
    row.place = place;
    row.number = ++number_;
    row.key = std::string(otel_prefix) + *trace + ':' + *id;
    row.at = *at;
    row.input = Volume{*in};
    row.output = Volume{*out};
    auto model = attributes.text("gen_ai.request.model");
    if (!model) model = attributes.text("gen_ai.response.model");
    row.model = id_attribute<ModelId>(model, "gen_ai.request.model", why);
    for (const auto& workflow : {attributes.text("creditfold.workflow"), attributes.text("gen_ai.agent.name"),
                                 resource.text("service.name")}) {
      if (!row.workflow) row.workflow = id_attribute<WorkflowId>(workflow, "the workflow's name", why);
    }
    row.plan = id_attribute<PlanId>(attributes.text("creditfold.plan"), "creditfold.plan", why);
    row.actor = id_attribute<ActorId>(attributes.text("creditfold.actor"), "creditfold.actor", why);
    row.settles = id_attribute<AuthorizationId>(attributes.text("creditfold.settles"), "creditfold.settles", why);
    row.classification = attributes.text("creditfold.classification");
    if (const auto said = attributes.find("ai_generated")) {
      if (!said->is_bool()) return bad("ai_generated is neither true nor false");
      row.ai_generated = said->get_bool();
    }
    if (!why.empty()) return bad(why);
    return row;
  }

  JsonItems items_;
  std::deque<UsageItem> waiting_;
  std::int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<UsageFile> open_otel_genai(const std::string& file, std::string_view content) {
  return std::make_unique<OtelGenai>(file, content);
}

}  // namespace creditfold::cli
