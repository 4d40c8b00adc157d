// SPDX-License-Identifier: Apache-2.0
// Values of the vocabulary as parameters of a prepared statement: integers as they are, ids and names as text, nothing
// as NULL.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "events/store/sqlite_fault.hpp"
#include "events/vocabulary.hpp"

namespace creditfold::read_model {

class Rows {
 public:
  Rows(SQLite::Database& database, const std::string& sql) : statement_(database, sql) {}
  // INSERT INTO `table` (`columns`), a parameter for each.
  [[nodiscard]] static Rows into(SQLite::Database& database, const std::string& table, const std::string& columns) {
    std::string parameters = "?";
    for (const char c : columns) parameters += c == ',' ? ", ?" : "";
    return {database, "INSERT INTO " + table + " (" + columns + ") VALUES (" + parameters + ")"};
  }

  // Runs the statement once. REQUIRES: as many values as parameters.
  template <class... Values>
  void put(const Values&... values) {
    const Reset reset(statement_);
    int at = 0;
    (bind(++at, values), ...);
    statement_.exec();
  }

 private:
  void bind(int at, std::int64_t value) { statement_.bind(at, value); }
  void bind(int at, std::int32_t value) { statement_.bind(at, static_cast<std::int64_t>(value)); }
  void bind(int at, std::size_t value) { statement_.bind(at, static_cast<std::int64_t>(value)); }
  void bind(int at, bool value) { statement_.bind(at, static_cast<std::int64_t>(value)); }
  void bind(int at, const std::string& text) { statement_.bindNoCopy(at, text); }
  void bind(int at, std::string_view text) { statement_.bind(at, std::string(text)); }
  void bind(int at, const char* text) { statement_.bind(at, text); }
  void bind(int at, std::nullopt_t) { statement_.bind(at); }
  void bind(int at, Credits value) { bind(at, value.micro); }
  void bind(int at, Rate value) { bind(at, value.micro_per_million); }
  void bind(int at, Volume value) { bind(at, value.tokens); }
  void bind(int at, Instant value) { bind(at, value.micros); }
  void bind(int at, const Text& value) { bind(at, value.value); }
  // An envelope: as it is. Its text stands in a column of its own.
  void bind(int at, const FreeText& value) {
    statement_.bindNoCopy(at, value.value.data(), static_cast<int>(value.value.size()));
  }
  template <class Tag>
  void bind(int at, const Id<Tag>& id) {
    bind(at, id.value);
  }
  template <class E>
  requires std::is_enum_v<E>
  void bind(int at, E value) { bind(at, to_name(value)); }
  template <class T>
  void bind(int at, const std::optional<T>& value) {
    if (value) {
      bind(at, *value);
    } else {
      bind(at, std::nullopt);
    }
  }

  SQLite::Statement statement_;
};

}  // namespace creditfold::read_model
