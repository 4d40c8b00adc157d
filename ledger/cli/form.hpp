// SPDX-License-Identifier: Apache-2.0
// How a command's options are said to CLI11: each with its name, its value's name, its help and the member it fills.
// Part of arguments.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/cli/commands.hpp"

namespace creditfold::cli {

[[noreturn]] inline void refuse(const std::string& option, const std::string& why) {
  throw CLI::ValidationError(option, why);
}

[[nodiscard]] inline std::int64_t parse_whole(const std::string& option, const std::string& text, std::int64_t max) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size() && number >= 0 && number <= max;
  if (!whole)
    refuse(option,
           "\"" + text + "\" is no whole number from 0" + (max == INT64_MAX ? "" : " to " + std::to_string(max)));
  return number;
}

[[nodiscard]] inline Instant parse_moment(const std::string& option, const std::string& text) {
  const auto moment = parse_instant(text);
  if (!moment) refuse(option, "\"" + text + "\" is no moment as 2026-01-31T12:00:00Z");
  return *moment;
}

template <class SomeId>
[[nodiscard]] SomeId parse_id(const std::string& option, const std::string& text) {
  if (!SomeId::valid(text)) refuse(option, "it is 1 to 128 bytes of UTF-8 without control characters");
  return SomeId(text);
}

// What the options of one command go into, and how they are said. Each command's function below reads as its help.
template <class CommandOptions>
class Form {
 public:
  Form(CLI::App& app, const char* name, const char* description, const char* group)
      : command_(*app.add_subcommand(name, description)), options_(std::make_shared<CommandOptions>()) {
    command_.group(group);
    command_.get_formatter()->column_width(27);
    command_.set_help_flag("-h,--help", "Print this help");
  }

  [[nodiscard]] CommandOptions& options() { return *options_; }
  // What the options must be together, asked once all are known.
  void require(std::function<void(const CommandOptions&)> check) {
    auto kept = options_;
    command_.callback([kept, check] { check(*kept); });
  }
  void example(const std::string& lines) { command_.footer("Example:\n  " + lines); }

  template <class Take>
  CLI::Option& take(const std::string& name, const char* value, const std::string& description, Take take_value) {
    auto kept = options_;
    const std::string shown = name;
    return *command_
                .add_option_function<std::string>(
                    name, [kept, shown, take_value](const std::string& text) { take_value(*kept, shown, text); },
                    description)
                ->type_name(value)
                ->type_size(1);
  }
  template <class Member>
  CLI::Option& text(const std::string& name, const char* value, const std::string& description, Member member) {
    return take(name, value, description,
                [member](CommandOptions& options, const std::string& option, const std::string& text) {
                  if (text.empty()) refuse(option, "it is empty");
                  options.*member = text;
                });
  }
  // All words that are left.
  template <class Member>
  CLI::Option& words(const std::string& name, const std::string& description, Member member) {
    auto kept = options_;
    return *command_
                .add_option_function<std::vector<std::string>>(
                    name, [kept, member](const std::vector<std::string>& words) { (*kept).*member = words; },
                    description)
                ->type_name("");
  }
  template <class SomeId, class Member>
  CLI::Option& id(const std::string& name, const char* value, const std::string& description, Member member) {
    return take(name, value, description,
                [member](CommandOptions& options, const std::string& option, const std::string& text) {
                  options.*member = parse_id<SomeId>(option, text);
                });
  }
  template <class Member>
  CLI::Option& whole(const std::string& name, const char* value, const std::string& description, Member member,
                     std::int64_t max = INT64_MAX) {
    return take(name, value, description,
                [member, max](CommandOptions& options, const std::string& option, const std::string& text) {
                  options.*member = parse_whole(option, text, max);
                });
  }
  template <class Member>
  CLI::Option& moment(const std::string& name, const std::string& description, Member member) {
    return take(name, "TIME", description,
                [member](CommandOptions& options, const std::string& option, const std::string& text) {
                  options.*member = parse_moment(option, text);
                });
  }
  template <class Member>
  void flag(const std::string& name, const std::string& description, Member member) {
    auto kept = options_;
    command_.add_flag_callback(
        name, [kept, member] { (*kept).*member = true; }, description);
  }
  // Answers are JSON whatever is said; saying so is no mistake.
  void json_always() {
    command_.add_flag_callback(
        "--json", [] {}, "Answers as JSON, which they always are");
  }
  void json() { flag("--json", "JSON on standard output instead of text", &CommandOptions::json); }
  void data() {
    const char* from_environment = std::getenv("CREDITFOLD_DATA");
    options_->data = from_environment != nullptr && *from_environment != '\0' ? from_environment : "data";
    text("--data", "DIR", "The data directory (else CREDITFOLD_DATA, else ./data)", &CommandOptions::data);
  }

  void catalog() {
    text("--catalog", "FILE", "Plans, rates and products (the shipped catalog)", &CommandOptions::catalog);
  }
  // Of a question about the past.
  void at() { moment("--at", "As of this moment, as 2026-01-31T12:00:00Z", &CommandOptions::at); }
  void as_of() { whole("--as-of", "SEQ", "As known when the log ended at this position", &CommandOptions::as_of); }

  void key_service() {
    const char* from_environment = std::getenv("CREDITFOLD_KEY_SERVICE");
    if (from_environment != nullptr && *from_environment != '\0') options_->key_service = from_environment;
    text("--key-service", "NAME",
         "Customers' keys: none, local, local:FILE, aws-kms (else CREDITFOLD_KEY_SERVICE, else local)",
         &CommandOptions::key_service);
    text("--kms-endpoint", "URL", "Where aws-kms is, in place of the key's region", &CommandOptions::kms_endpoint);
  }

  // What was asked, when this command was.
  [[nodiscard]] std::optional<Options> asked() const {
    if (!command_.parsed()) return std::nullopt;
    return Options(*options_);
  }

 private:
  CLI::App& command_;
  std::shared_ptr<CommandOptions> options_;
};

}  // namespace creditfold::cli
