// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/token_json.hpp"

#include "ledger/edge/json_file.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::edge {
namespace {

constexpr std::int64_t tokens_format = 1;
constexpr std::size_t hash_digits = 64;

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

TokenRecord read_record(ObjectReader& in) {
  TokenRecord record;
  record.id = in.string("id");
  const std::string scope = in.string("scope");
  record.scope.account = in.optional_id<AccountId>("account");
  record.scope.write = in.boolean("write");
  record.label = in.optional_string("label").value_or("");
  record.created_at = in.instant("created_at");
  record.expires_at = in.optional_instant("expires_at");
  record.revoked_at = in.optional_instant("revoked_at");
  record.hash = in.string("hash");
  in.refuse_others();
  const bool of_account = scope == "account";
  if (!of_account && scope != "operator") in.fail("scope", "is neither operator nor account");
  if (of_account != record.scope.account.has_value())
    in.fail("account", "belongs to the scope account, and to no other");
  if (!is_hex(record.id, token_id_digits)) in.fail("id", "is not 12 hexadecimal digits");
  if (!is_hex(record.hash, hash_digits)) in.fail("hash", "is not 64 hexadecimal digits");
  return record;
}

}  // namespace

std::string tokens_json(const std::vector<TokenRecord>& records) {
  JsonWriter out;
  out.open('{').field("format", tokens_format).key("tokens").open('[');
  for (const TokenRecord& record : records) {
    out.open('{')
        .field("id", std::string_view(record.id))
        .field("scope", record.scope.is_operator() ? "operator" : "account")
        .field("account", record.scope.account)
        .field("write", record.scope.write)
        .field("label", std::string_view(record.label))
        .field("created_at", record.created_at)
        .field("expires_at", record.expires_at)
        .field("revoked_at", record.revoked_at)
        .field("hash", std::string_view(record.hash))
        .close('}');
  }
  out.close(']').close('}');
  return out.take() + "\n";
}

Expected<std::vector<TokenRecord>, std::string> parse_tokens(std::string_view text) {
  const auto value = parse_json_file(text);
  if (!value) return Unexpected{value.error()};
  std::optional<ReadFault> fault;
  ObjectReader in(*value, "", fault);
  if (in.integer("format") != tokens_format) in.fail("format", "is not known to this program");
  const auto* tokens = list_in(in, "tokens");
  in.refuse_others();
  std::vector<TokenRecord> records;
  read_each(tokens, "tokens", fault, [&](ObjectReader& element) { records.push_back(read_record(element)); });
  if (fault) return Unexpected{fault->place + " " + fault->what};
  return records;
}

}  // namespace creditfold::edge
