// SPDX-License-Identifier: Apache-2.0
#include "ledger/json_writer.hpp"

#include "ledger/json.hpp"

namespace creditfold {

void append_quoted(std::string& out, std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // what begins here stands as it is
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, at - plain);
    plain = at + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        out += "\\u00";
        out += hex[static_cast<unsigned char>(c) >> 4];
        out += hex[static_cast<unsigned char>(c) & 0xF];
    }
  }
  out.append(text, plain, text.size() - plain);
  out += '"';
}

std::string json_quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

void JsonWriter::separate() {
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_ += bracket;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  append_quoted(out_, name);
  out_ += ':';
  return *this;
}

void JsonWriter::write(std::string_view text) {
  separate();
  append_quoted(out_, text);
}

void JsonWriter::write(bool value) {
  separate();
  out_ += value ? "true" : "false";
}

void JsonWriter::write(std::int64_t value) {
  separate();
  out_ += std::to_string(value);
}

void JsonWriter::write_null() {
  separate();
  out_ += "null";
}

void JsonWriter::write_raw(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::write(const FreeText& value) {
  if (!value.sealed()) return write(std::string_view(value.value));
  open('{').field("sealed", Bytes{{value.value.begin(), value.value.end()}}).close('}');
}

void JsonWriter::write(const Bytes& value) {
  constexpr char hex[] = "0123456789abcdef";
  std::string text;
  text.reserve(value.value.size() * 2);
  for (const std::uint8_t byte : value.value) {
    text += hex[byte >> 4];
    text += hex[byte & 0xF];
  }
  write(std::string_view(text));
}

void JsonWriter::write(const Money& value) {
  open('{').field("currency", value.code()).field("minor", value.minor).close('}');
}

void JsonWriter::write(const Builders& value) {
  if (value.everyone) {
    write("everyone");
  } else {
    write(value.actors);
  }
}

}  // namespace creditfold
