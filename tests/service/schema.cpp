// SPDX-License-Identifier: Apache-2.0
#include "tests/service/schema.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <optional>
#include <stdexcept>

namespace creditfold::test {
namespace {

namespace json = boost::json;
using Misfit = std::optional<std::string>;

class Checker {
 public:
  explicit Checker(Client& client) : client_(client) {}

  Misfit check(const std::string& file, const json::value& schema, const json::value& value, const std::string& place) {
    const json::object& rules = schema.as_object();
    if (const json::value* other = rules.if_contains("$ref")) {
      if (auto bad = check_reference(file, string_of(*other), value, place)) return bad;
    }
    if (const json::value* only = rules.if_contains("const"); only && *only != value) return place + " is not the constant";
    if (const json::value* names = rules.if_contains("enum")) {
      const json::array& list = names->as_array();
      if (std::find(list.begin(), list.end(), value) == list.end()) return place + " is none of the names";
    }
    if (const json::value* type = rules.if_contains("type"); type && type->is_string() && !has_type(string_of(*type), value)) {
      return place + " is not of type " + string_of(*type);
    }
    if (const json::value* choices = rules.if_contains("oneOf")) {
      int fits = 0;
      for (const json::value& choice : choices->as_array()) fits += check(file, choice, value, place) ? 0 : 1;
      if (fits != 1) return place + " fits " + std::to_string(fits) + " of the choices";
    }
    if (value.is_object()) return check_object(file, rules, value.as_object(), place);
    if (value.is_array()) return check_array(file, rules, value.as_array(), place);
    return std::nullopt;
  }

  const json::value& load(const std::string& file) {
    auto found = files_.find(file);
    if (found == files_.end()) {
      const Response response = client_.get("/schemas/" + file);
      if (response.status != 200) throw std::runtime_error("no schema " + file);
      found = files_.emplace(file, json::parse(response.body)).first;
    }
    return found->second;
  }

 private:
  static std::string string_of(const json::value& value) { return std::string(value.as_string().c_str()); }

  static bool has_type(const std::string& type, const json::value& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "boolean") return value.is_bool();
    if (type == "null") return value.is_null();
    throw std::runtime_error("a type this check does not know: " + type);
  }

  Misfit check_reference(const std::string& file, const std::string& target, const json::value& value, const std::string& place) {
    const std::size_t mark = std::min(target.find('#'), target.size());
    const std::string in = mark == 0 ? file : target.substr(0, mark);
    const std::string pointer = mark < target.size() ? target.substr(mark + 1) : "";
    return check(in, load(in).at_pointer(pointer), value, place);
  }

  Misfit check_object(const std::string& file, const json::object& rules, const json::object& value, const std::string& place) {
    if (const json::value* required = rules.if_contains("required")) {
      for (const json::value& name : required->as_array()) {
        if (!value.contains(name.as_string())) return place + " lacks " + string_of(name);
      }
    }
    const json::value* properties = rules.if_contains("properties");
    const json::value* others = rules.if_contains("additionalProperties");
    if (value.size() == 0) return std::nullopt;
    for (const auto& field : value) {
      const std::string name(field.key());
      const json::value* known = properties ? properties->as_object().if_contains(name) : nullptr;
      if (known != nullptr) {
        if (auto bad = check(file, *known, field.value(), place + "/" + name)) return bad;
      } else if (others != nullptr && others->is_bool() && !others->as_bool()) {
        return place + " has an unknown field " + name;
      } else if (others != nullptr && others->is_object()) {
        if (auto bad = check(file, *others, field.value(), place + "/" + name)) return bad;
      }
    }
    return std::nullopt;
  }

  Misfit check_array(const std::string& file, const json::object& rules, const json::array& value, const std::string& place) {
    if (const json::value* least = rules.if_contains("minItems"); least && value.size() < static_cast<std::size_t>(least->as_int64())) {
      return place + " is too short";
    }
    const json::value* items = rules.if_contains("items");
    for (std::size_t i = 0; items != nullptr && i < value.size(); ++i) {
      if (auto bad = check(file, *items, value[i], place + "/" + std::to_string(i))) return bad;
    }
    return std::nullopt;
  }

  Client& client_;
  std::map<std::string, json::value> files_;
};

}  // namespace

std::string misfit(Client& client, std::string_view schema, std::string_view document) {
  Checker checker(client);
  const std::string file(schema);
  const json::value value = json::parse(json::string_view(document.data(), document.size()));
  return checker.check(file, checker.load(file), value, "").value_or("");
}

}  // namespace creditfold::test
