// SPDX-License-Identifier: Apache-2.0
// Writes compact JSON into a string: objects and arrays opened and closed by hand, commas by themselves, and every word
// of the vocabulary in the form of CONTRACT.md. Text straight to bytes, so that native and wasm write the same ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/vocabulary.hpp"

namespace creditfold {

// Adds `text` as a JSON string literal, quotes included. REQUIRES: UTF-8.
void append_quoted(std::string& out, std::string_view text);

class JsonWriter {
 public:
  JsonWriter& open(char bracket);  // '{' or '['
  JsonWriter& close(char bracket);
  JsonWriter& key(std::string_view name);

  void write(std::string_view text);
  void write(const char* text) { write(std::string_view(text)); }
  void write(bool value);
  void write(std::int64_t value);
  void write(std::int32_t value) { write(static_cast<std::int64_t>(value)); }
  void write(Credits value) { write(std::string_view(to_text(value))); }
  void write(Rate value) { write(std::string_view(to_text(value))); }
  void write(Volume value) { write(value.tokens); }
  void write(Instant value) { write(std::string_view(to_text(value))); }
  void write(const Text& value) { write(std::string_view(value.value)); }
  void write(const FreeText& value);  // a string, or {"sealed":"<lower-case hex>"}
  void write(const Bytes& value);  // lower-case hex
  void write(const Money& value);
  void write(const Builders& value);
  void write(const Digest& value) { write(std::string_view(to_hex(value))); }
  void write_null();
  template <class Tag>
  void write(const Id<Tag>& value) {
    write(std::string_view(value.value));
  }
  template <class E>
    requires std::is_enum_v<E>
  void write(E value) {
    write(to_name(value));
  }
  template <class T>
  void write(const std::vector<T>& values) {
    open('[');
    for (const T& value : values) write(value);
    close(']');
  }

  template <class T>
  JsonWriter& field(std::string_view name, const T& value) {
    key(name);
    write(value);
    return *this;
  }
  // Left out when there is none.
  template <class T>
  JsonWriter& field(std::string_view name, const std::optional<T>& value) {
    if (value) field(name, *value);
    return *this;
  }
  // `json` is a JSON text already.
  void write_raw(std::string_view json);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void separate();
  std::string out_;
};

}  // namespace creditfold
