// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/cloud_events.hpp"

#include <boost/json.hpp>

#include "ledger/cli/json_items.hpp"
#include "ledger/cli/usage_time.hpp"
#include "ledger/json_reader.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view cloud_events_prefix = "cloudevents:";

// Reads one event; the first thing that is wrong stays.
class EventReader {
 public:
  explicit EventReader(const json::value& event) : event_(event) {}

  [[nodiscard]] const std::string& why() const { return why_; }
  void fail(const std::string& why) {
    if (why_.empty()) why_ = why;
  }

  // A context attribute that must be there.
  std::string attribute(std::string_view name) {
    const auto text = string_field(event_, name);
    if (!text || text->empty()) fail(std::string(name) + " is missing or no string");
    return text.value_or("");
  }
  [[nodiscard]] std::optional<std::string> optional_attribute(std::string_view name) const {
    return string_field(event_, name);
  }
  [[nodiscard]] bool has(std::string_view name) const { return field_of(event_, name) != nullptr; }

  const json::value& data() {
    static const json::value none;
    if (has("data_base64")) fail("data_base64 is binary; the data is JSON");
    const json::value* data = field_of(event_, "data");
    if (data == nullptr || !data->is_object()) fail("data is missing or no object");
    return data ? *data : none;
  }

  template <class SomeId>
  std::optional<SomeId> id(const json::value& data, std::string_view name) {
    if (field_of(data, name) == nullptr) return std::nullopt;
    const auto text = string_field(data, name);
    if (text && SomeId::valid(*text)) return SomeId(*text);
    fail("data." + std::string(name) + " is not an id of 1 to 128 bytes");
    return std::nullopt;
  }
  Volume volume(const json::value& data, std::string_view name, bool needed) {
    const json::value* found = field_of(data, name);
    if (found == nullptr) {
      if (needed) fail("data." + std::string(name) + " is missing");
      return {};
    }
    const auto tokens = whole_number(*found);
    if (!tokens) fail("data." + std::string(name) + " is not a whole number from 0");
    return Volume{tokens.value_or(0)};
  }
  std::optional<std::string> text(const json::value& data, std::string_view name) {
    if (field_of(data, name) == nullptr) return std::nullopt;
    const auto found = string_field(data, name);
    if (!found) fail("data." + std::string(name) + " is no string");
    return found;
  }
  // AI-2, in the data or as an extension attribute: false when either says so.
  std::optional<bool> ai_generated(const json::value& data) {
    std::optional<bool> generated;
    for (const json::value* found : {field_of(data, "ai_generated"), field_of(event_, "aigenerated")}) {
      if (found == nullptr) continue;
      if (!found->is_bool()) {
        fail("ai_generated is neither true nor false");
      } else {
        generated = generated.value_or(true) && found->get_bool();
      }
    }
    return generated;
  }

 private:
  const json::value& event_;
  std::string why_;
};

class CloudEvents final : public UsageFile {
 public:
  CloudEvents(const std::string& file, AccountId account, std::string_view content)
      : account_(std::move(account)), items_(file, "cloudevents", content) {}

  [[nodiscard]] std::optional<UsageItem> next() override {
    auto item = items_.next();
    if (!item) return std::nullopt;
    if (const auto* bad = std::get_if<BadRow>(&*item)) return UsageItem(*bad);
    return read(std::get<JsonItem>(*item));
  }
  [[nodiscard]] std::size_t offset() const override { return items_.offset(); }
  [[nodiscard]] std::string key_prefix() const override { return std::string(cloud_events_prefix); }

 private:
  [[nodiscard]] UsageItem read(const JsonItem& item) const {
    if (!item.value.is_object()) return BadRow{item.place, "is no object"};
    if (has_marked_text(item.value)) return MarkedRow{item.place};
    EventReader event(item.value);
    if (event.attribute("specversion") != "1.0") event.fail("specversion is not 1.0");
    const std::string id = event.attribute("id");
    const std::string source = event.attribute("source");
    const std::string type = event.attribute("type");
    if (event.why().empty() && type != cloud_event_type) return OtherRow{why_other(type)};
    UsageRow row = read_usage(event);
    if (!event.why().empty()) return BadRow{item.place, event.why()};
    row.place = item.place;
    row.number = item.number;
    row.key = std::string(cloud_events_prefix) + to_hex(digest_of(source + '\n' + id));
    return row;
  }

  [[nodiscard]] static std::string why_other(std::string_view type) {
    const std::string said = is_plain_text(type, id_bytes_max) ? "the type " + std::string(type) : "another type";
    return "is of " + said + "; those of uses are of the type " + std::string(cloud_event_type);
  }

  [[nodiscard]] UsageRow read_usage(EventReader& event) const {
    UsageRow row;
    const auto at = parse_offset_time(event.attribute("time"));
    if (!at) event.fail("time is not a moment as 2026-01-31T12:00:00Z");
    row.at = at.value_or(Instant{});
    const std::string content_type = event.optional_attribute("datacontenttype").value_or("application/json");
    if (content_type.find("json") == std::string::npos) event.fail("datacontenttype is not JSON");
    const json::value& data = event.data();
    const auto account = event.id<AccountId>(data, "account");
    if (account && *account != account_) event.fail("data.account is another account");
    row.workflow = event.id<WorkflowId>(data, "workflow");
    const auto subject = event.optional_attribute("subject");
    if (!row.workflow && subject && WorkflowId::valid(*subject)) row.workflow = WorkflowId(*subject);
    row.model = event.id<ModelId>(data, "model");
    row.query = event.volume(data, "query", false);
    row.input = event.volume(data, "input", true);
    row.output = event.volume(data, "output", true);
    row.plan = event.id<PlanId>(data, "plan");
    row.actor = event.id<ActorId>(data, "actor");
    row.settles = event.id<AuthorizationId>(data, "settles");
    row.classification = event.text(data, "classification");
    row.memo = event.text(data, "memo");
    row.ai_generated = event.ai_generated(data);
    return row;
  }

  AccountId account_;
  JsonItems items_;
};

}  // namespace

std::unique_ptr<UsageFile> open_cloud_events(const std::string& file, const AccountId& account,
                                             std::string_view content) {
  return std::make_unique<CloudEvents>(file, account, content);
}

}  // namespace creditfold::cli
