// SPDX-License-Identifier: Apache-2.0
#include "ledger/gov_matrix.hpp"

#include <algorithm>

#include "ledger/json_writer.hpp"

namespace creditfold::gov {

std::string_view to_name(Responsible responsible) {
  switch (responsible) {
    case Responsible::provider: return "provider";
    case Responsible::customer: return "customer";
    case Responsible::shared: return "shared";
  }
  __builtin_unreachable();
}

std::string_view to_name(Met met) {
  switch (met) {
    case Met::met: return "met";
    case Met::partly: return "partly";
    case Met::not_met: return "not_met";
    case Met::customer: return "customer";
  }
  __builtin_unreachable();
}

std::string_view to_name(Part::Kind kind) {
  switch (kind) {
    case Part::Kind::file: return "file";
    case Part::Kind::command: return "command";
    case Part::Kind::endpoint: return "endpoint";
  }
  __builtin_unreachable();
}

std::string matrix_json() {
  JsonWriter out;
  out.open('{')
      .field("matrix", matrix_version)
      .field("basis", "NIST SP 800-53 rev. 5")
      .field("confidential", true)
      .field(
          "statement",
          "What this system does and does not do, row by row. It is no authorization and takes the place of none; the "
          "customer analyses its own risk and watches its own data.");
  out.key("controls").open('[');
  for (const Control& control : controls()) {
    out.open('{')
        .field("id", control.id)
        .field("title", control.title)
        .field("responsible", to_name(control.responsible))
        .field("met", to_name(control.met))
        .field("how", control.how);
    if (!control.gap.empty()) out.field("gap", control.gap);
    out.field("customer", control.customer).key("parts").open('[');
    for (const Part& part : control.parts) {
      if (part.name.empty()) continue;
      out.open('{').field("kind", to_name(part.kind)).field("name", part.name).close('}');
    }
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

TermsId requested_terms() { return TermsId("responsibility-matrix-requested:" + std::string(matrix_version)); }

TermsId attested_terms() { return TermsId("responsibility-matrix:" + std::string(matrix_version)); }

std::string record_command(const AccountState& state, const TermsId& terms, int attempt) {
  std::string key = "gov:" + terms.value;
  if (const auto found = state.terms.find(terms); found != state.terms.end()) {
    const auto& changes = found->second.changes;
    const auto withdrawn =
        std::count_if(changes.begin(), changes.end(), [](const auto& change) { return !change.value; });
    if (withdrawn > 0) key += ":" + std::to_string(withdrawn);
  }
  if (attempt > 0) key += "#" + std::to_string(attempt);
  JsonWriter out;
  out.open('{')
      .field("command", "AcceptTerms")
      .field("account", state.account)
      .field("key", std::string_view(key))
      .field("terms", terms)
      .close('}');
  return out.take();
}

}  // namespace creditfold::gov
