// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/keys_text.hpp"

#include <boost/json.hpp>

#include "ledger/cli/members.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/data_classes.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

// A reason, "(sealed)" where it cannot be opened, or nothing.
std::string reason_of(const json::value& change) {
  const json::value* reason = change.as_object().if_contains("reason");
  if (reason == nullptr) return "";
  return reason->is_string() ? string_of(change, "reason") : "(sealed)";
}

std::string history_text(const json::value& report) {
  Table table({{"At"}, {"What"}, {"Key"}, {"Position", Align::right}, {"Reason"}});
  for (const json::value& change : report.at("history").as_array()) {
    const bool rotated = string_of(change, "type") == "KeyRotated";
    const bool enrolled = rotated && !change.as_object().contains("previous");
    table.row({short_time(string_of(change, "at")),
               enrolled  ? "enrolled"
               : rotated ? "rotated"
                         : "revoked",
               string_of(change, "key_arn"), grouped(change.at("seq").as_int64()), reason_of(change)});
  }
  return table.empty() ? "" : "\n" + table.text();
}

std::string texts_text(const json::value& report) {
  Table table({{"Free text"}, {"In the clear", Align::right}, {"Sealed", Align::right}, {"Reads now", Align::right}});
  for (const json::value& texts : report.at("texts").as_array()) {
    table.row({string_of(texts, "event") + "." + string_of(texts, "field"), grouped(texts.at("plain").as_int64()),
               grouped(texts.at("sealed").as_int64()), grouped(texts.at("reads").as_int64())});
  }
  return table.empty() ? "" : "\n" + table.text();
}

}  // namespace

std::string keys_text(std::string_view report_json) {
  const json::value report = json::parse(json::string_view(report_json.data(), report_json.size()));
  const json::value& key = report.at("key");
  std::string text = string_of(report, "account") + ": ";
  if (key.is_null()) {
    text += "no key of its own; free text is not sealed.\n";
  } else {
    text += string_of(key, "key_arn") + ", " + string_of(key, "state") + " since " +
            short_time(string_of(report, "since")) + " UTC\n";
  }
  text += history_text(report) + texts_text(report);
  text.pop_back();
  return text;
}

std::string key_check_text(std::string_view check_json) {
  const json::value check = json::parse(json::string_view(check_json.data(), check_json.size()));
  if (check.at("key_arn").is_null()) return string_of(check, "what");
  const std::string key = string_of(check, "key_arn") + " (" + string_of(check, "key_service") + ")";
  if (check.at("usable").as_bool()) return key + " can be used: it is enabled and gives back what it is given.";
  return key + " cannot be used: " + string_of(check, "what") + " [" + string_of(check, "code") + "]";
}

std::string data_classes_text() {
  Table table({{"Class"}, {"Encrypted"}, {"Clause"}, {"Kept in"}, {"Why"}});
  for (const ClassRule& rule : class_rules()) {
    std::string kept;
    for (const StoredFields& row : stored_fields()) {
      const bool here = row.data_class == rule.data_class && row.store != "none";
      if (here && kept.find(row.store) == std::string::npos)
        kept += (kept.empty() ? "" : ", ") + std::string(row.store);
    }
    table.row({std::string(to_name(rule.data_class)),
               rule.protection == Protection::in_the_clear ? "no" : std::string(to_name(rule.protection)),
               std::string(rule.clause), kept.empty() ? "nowhere" : kept, std::string(rule.sentence)});
  }
  std::string text = table.text();
  text.pop_back();
  return text;
}

}  // namespace creditfold::cli
