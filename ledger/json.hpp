// SPDX-License-Identifier: Apache-2.0
// JSON at the edges of the ledger (CONTRACT): commands in, answers, events and statements out. Amounts are decimal
// strings, moments RFC 3339; nothing passes through a floating-point number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/departed.hpp"
#include "events/event.hpp"
#include "events/expected.hpp"
#include "ledger/command.hpp"
#include "ledger/refusal.hpp"

namespace creditfold {

inline constexpr std::size_t command_bytes_max = 1U << 20;  // one command as text; a builder list of 10,000 ids fits
inline constexpr std::size_t json_depth_max = 16;           // no command or catalog nests deeper

// A text that is not a command. `key` is set when the text has one that is well formed, so that the answer can name it.
struct Malformed {
  std::optional<IdempotencyKey> key;
  std::string place;  // "/periods/first", or "byte 17" where it is not JSON
  std::string what;
  bool marked = false;  // GOV-3: the text carries a classification marking, and nothing of it may be repeated
};

struct ParsedCommand {
  Command command;
  CommandDigest digest;  // over the canonical form of what was sent: equal for commands equal as JSON values (H19)
};

[[nodiscard]] Expected<ParsedCommand, Malformed> parse_command(std::string_view text);

// An event as CONTRACT.md writes it, on one line without a newline. Round trip: parse_event(to_json(e)) == e.
[[nodiscard]] std::string to_json(const Event& event);
// What an event's own type says, as an object: its line without the envelope.
[[nodiscard]] std::string fields_json(const Payload& payload);
struct EventFault {
  std::string place;
  std::string what;
};
[[nodiscard]] Expected<Event, EventFault> parse_event(std::string_view text);

// A line of JSON Lines that stands where events of an account were that left: {"departed":{…}}.
[[nodiscard]] std::string to_json(const Departed& departed);
[[nodiscard]] bool is_departed(std::string_view line);
[[nodiscard]] Expected<Departed, EventFault> parse_departed(std::string_view text);

// What a caller gets for one command.
struct Answer {
  std::optional<IdempotencyKey> key;
  std::optional<Refusal> refused;
  std::vector<Event> accepted;  // with seq; when not refused
  bool replayed = false;
};
[[nodiscard]] std::string to_json(const Answer& answer);  // one line without a newline
// The answer of a refused command, of a text that is none. Where it carries a marking, it holds nothing of what was
// said (GOV-3): whoever refuses makes it here.
[[nodiscard]] Answer refusal_answer(const Command& command, const Refusal& refusal);
[[nodiscard]] Answer refusal_answer(const Malformed& malformed);

// `text` as a JSON string literal, quotes included. REQUIRES: UTF-8.
[[nodiscard]] std::string json_quote(std::string_view text);

}  // namespace creditfold
