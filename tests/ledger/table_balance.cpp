// SPDX-License-Identifier: Apache-2.0
// The `=` rows of a table: figures looked up in the balance as a user gets it, JSON and all.
#include <boost/json.hpp>

#include "tests/ledger/table.hpp"

namespace creditfold::test {
namespace {

namespace json = boost::json;
using Words = std::vector<std::string>;

std::string text_of(const json::value& value) {
  if (const json::string* text = value.if_string()) return std::string(text->data(), text->size());
  if (const json::object* object = value.if_object(); object != nullptr && object->contains("minor")) {
    return text_of(object->at("currency")) + ":" + text_of(object->at("minor"));
  }
  if (const json::array* array = value.if_array()) {
    std::string out;
    for (const json::value& element : *array) out += (out.empty() ? "" : "+") + text_of(element);
    return out.empty() ? "-" : out;
  }
  return json::serialize(value);
}

// The element of a list whose fields have these texts.
const json::object* find(const json::value& list, const std::vector<std::pair<std::string, std::string>>& fields) {
  for (const json::value& element : list.as_array()) {
    const json::object& object = element.as_object();
    bool found = true;
    for (const auto& [name, text] : fields) found = found && object.contains(name) && text_of(object.at(name)) == text;
    if (found) return &object;
  }
  return nullptr;
}

Words split(const std::string& text, char mark) {
  Words parts{""};
  for (const char c : text) {
    if (c == mark) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// "state", then pairs of a name and a figure; times as tables write them.
std::string compare(const json::object* object, const Words& words, std::size_t first) {
  const bool absent = first < words.size() && words[first] == "absent";
  if (object == nullptr) return absent ? "" : "absent";
  if (absent) return json::serialize(*object);
  if ((words.size() - first) % 2 != 0) {
    const std::string name = object->contains("state") ? "state" : "kind";
    if (text_of(object->at(name)) != words[first]) return name + " " + text_of(object->at(name));
    ++first;
  }
  for (std::size_t i = first; i + 1 < words.size(); i += 2) {
    const std::string& name = words[i];
    if (!object->contains(name)) return "no " + name;
    const std::string got = text_of(object->at(name));
    const bool is_time = got.size() > 10 && got[4] == '-' && got.back() == 'Z';
    if (is_time ? got != to_text(moment(words[i + 1])) : got != words[i + 1]) return name + " " + got;
  }
  return {};
}

std::string compare_pool(const json::value& balance, const Words& words) {
  const Words path = split(words[0], '/');
  const json::object* plan =
      path.size() < 2 ? nullptr : find(balance.at("plans"), {{"plan", path[0]}, {"term", path[1]}});
  if (plan == nullptr || path.size() == 2) return compare(plan, words, 1);
  if (path.size() == 3) return compare(find(plan->at("periods"), {{"period", path[2]}}), words, 1);
  return compare(find(plan->at("lots"), {{"lot", words[0]}}), words, 1);
}

std::string compare_invoice(const json::value& balance, const Words& words) {
  const json::array& lines = balance.at("invoice_lines").as_array();
  if (words[1] == "lines")
    return std::to_string(lines.size()) == words[2] ? "" : std::to_string(lines.size()) + " lines";
  const auto index = static_cast<std::size_t>(std::stoul(words[1])) - 1;
  if (index >= lines.size()) return std::to_string(lines.size()) + " lines";
  const json::object& line = lines[index].as_object();
  if (text_of(line.at("name")) != words[2]) return "name " + text_of(line.at("name"));
  return compare(&line, words, 3);
}

std::string compare_seats(const json::value& balance, const Words& words) {
  const json::object* product = find(balance.at("seats"), {{"product", words[1]}});
  if (product == nullptr) return words[2] == "absent" ? "" : "absent";
  std::string got = text_of(product->at("seats"));
  for (const json::value& later : product->at("scheduled").as_array()) {
    got += " then " + text_of(later.at("seats")) + " from " + text_of(later.at("effective_at")).substr(0, 10);
  }
  std::string expected;
  for (std::size_t i = 2; i < words.size(); ++i) expected += (i > 2 ? " " : "") + words[i];
  return got == expected ? "" : got;
}

// `key ARN STATE`, or `key absent`.
std::string compare_key(const json::value& balance, const Words& words) {
  const json::value& key = balance.at("key");
  const std::string got = key.is_null() ? "absent" : text_of(key.at("key_arn")) + " " + text_of(key.at("state"));
  return got == words[1] + (words.size() > 2 ? " " + words[2] : "") ? "" : got;
}

}  // namespace

std::string mismatch(std::string_view balance_text, const std::vector<std::string>& words) {
  const json::value balance = json::parse(json::string_view(balance_text.data(), balance_text.size()));
  if (words[0] == "usage") {
    return compare(find(balance.at("usage"), {{"workflow", words[1]}, {"model", words[2]}}), words, 3);
  }
  if (words[0] == "seats") return compare_seats(balance, words);
  if (words[0] == "invoice") return compare_invoice(balance, words);
  if (words[0] == "key") return compare_key(balance, words);
  if (words[0] == "account") return compare(&balance.as_object(), words, 1);
  return compare_pool(balance, words);
}

}  // namespace creditfold::test
