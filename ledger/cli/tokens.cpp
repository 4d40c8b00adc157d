// SPDX-License-Identifier: Apache-2.0
// creditfold tokens: who may reach the service of a data directory. A running service sees a change with its next
// request.
#include "ledger/edge/tokens.hpp"

#include <filesystem>

#include "ledger/cli/commands.hpp"
#include "ledger/cli/members.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::cli {
namespace {

// Never the hash: it is nobody's business.
void write_record(JsonWriter& out, const edge::TokenRecord& record) {
  out.field("id", std::string_view(record.id))
      .field("scope", record.scope.is_operator() ? "operator" : "account")
      .field("account", record.scope.account)
      .field("write", record.scope.is_operator() || record.scope.write)
      .field("label", std::string_view(record.label))
      .field("created_at", record.created_at)
      .field("expires_at", record.expires_at)
      .field("revoked_at", record.revoked_at);
}

std::string scope_text(const edge::Scope& scope) {
  if (scope.is_operator()) return "operator";
  return scope.account->value + (scope.write ? ", read and write" : ", read");
}

std::string state_text(const edge::TokenRecord& record, Instant now) {
  if (record.revoked_at) return "revoked " + short_time(to_text(*record.revoked_at));
  if (!record.live(now)) return "ended " + short_time(to_text(*record.expires_at));
  return record.expires_at ? "until " + short_time(to_text(*record.expires_at)) : "live";
}

}  // namespace

ExitStatus run(const TokensCreateOptions& options) {
  const Instant now = machine_now();
  if (options.expires_at && *options.expires_at <= now) throw UsageError("--expires lies in the past");
  const edge::Scope scope{.account = options.account, .write = options.write};
  const edge::NewToken made = edge::TokenFile(options.data).create(scope, options.label, now, options.expires_at);
  if (options.json) {
    JsonWriter out;
    out.open('{').field("token", std::string_view(made.token));
    write_record(out, made.record);
    out.close('}');
    return print(out.take());
  }
  say("a token for " + scope_text(scope) + ", id " + made.record.id + "; it is not shown again");
  return print(made.token);
}

ExitStatus run(const TokensListOptions& options) {
  if (!std::filesystem::is_directory(options.data)) {
    throw Fault(Fault::Kind::unavailable, options.data + ": there is no such directory");
  }
  const auto records = edge::TokenFile(options.data).read();
  if (options.json) {
    JsonWriter out;
    out.open('{').key("tokens").open('[');
    for (const edge::TokenRecord& record : records) {
      out.open('{');
      write_record(out, record);
      out.close('}');
    }
    out.close(']').close('}');
    return print(out.take());
  }
  if (records.empty()) return print("No tokens: whoever reaches the service is its operator.");
  const Instant now = machine_now();
  Table table({{"Id"}, {"For"}, {"State"}, {"Made"}, {"Label"}});
  for (const edge::TokenRecord& record : records) {
    table.row({record.id, scope_text(record.scope), state_text(record, now), short_time(to_text(record.created_at)),
               harmless(record.label)});
  }
  std::string text = table.text();
  text.pop_back();
  return print(text);
}

ExitStatus run(const TokensRevokeOptions& options) {
  const auto record = edge::TokenFile(options.data).revoke(options.id, machine_now());
  if (!record) {
    say("there is no token " + options.id);
    return ExitStatus::refused;
  }
  if (options.json) {
    JsonWriter out;
    out.open('{');
    write_record(out, *record);
    out.close('}');
    return print(out.take());
  }
  return print("Token " + record->id + " is revoked.");
}

}  // namespace creditfold::cli
