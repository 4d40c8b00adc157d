// SPDX-License-Identifier: Apache-2.0
// GOV-2: the responsibility matrix of this system's own controls. Which control of NIST SP 800-53 (revision 5) is met
// by which part of the system, whose part it is, what the customer must do, and what is not met. Data; it is given to
// authenticated gov accounts and to the operator only, so nothing that everybody reads may hold it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "events/vocabulary.hpp"
#include "ledger/state.hpp"

namespace creditfold::gov {

// Provider is who runs the service; shared says that the control fails when either side does nothing.
enum class Responsible : std::uint8_t { provider, customer, shared };
// What this system does of it. `customer`: nothing here could.
enum class Met : std::uint8_t { met, partly, not_met, customer };

// A part of the system that can be looked up: a file of its source, a command of its command line, an address it
// serves.
struct Part {
  enum class Kind : std::uint8_t { file, command, endpoint };
  Kind kind = Kind::file;
  std::string_view name;  // "ledger/markings.cpp", "creditfold verify", "GET /v1/events"
};

struct Control {
  std::string_view id;     // of NIST SP 800-53 rev. 5
  std::string_view title;  // in our words
  Responsible responsible = Responsible::shared;
  Met met = Met::met;
  std::string_view how;       // what this system does
  std::string_view gap;       // what it does not; empty where it is met
  std::string_view customer;  // what the customer must do
  std::array<Part, 4> parts;  // those with a name
};

// A changed row makes a new version: what an account attested to stays what it was.
inline constexpr std::string_view matrix_version = "2026-11";

[[nodiscard]] std::span<const Control> controls();
[[nodiscard]] std::string_view to_name(Responsible responsible);
[[nodiscard]] std::string_view to_name(Met met);
[[nodiscard]] std::string_view to_name(Part::Kind kind);

[[nodiscard]] std::string matrix_json();  // one line without a newline

// What is recorded as TermsAccepted: that an account asked for the matrix, and that it attested to do its part.
[[nodiscard]] TermsId requested_terms();  // "responsibility-matrix-requested:2026-11"
[[nodiscard]] TermsId attested_terms();   // "responsibility-matrix:2026-11"
// The command that records either: the same until the account withdraws it, so that it is recorded once (H19). The
// account may have used its key for another command: then the next attempt has another.
inline constexpr int record_attempts_max = 16;
[[nodiscard]] std::string record_command(const AccountState& state, const TermsId& terms, int attempt = 0);

}  // namespace creditfold::gov
