// SPDX-License-Identifier: Apache-2.0
#include "ledger/key_report.hpp"

#include <variant>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/keys.hpp"
#include "ledger/sealing.hpp"

namespace creditfold {
namespace {

bool reads_sealed(const std::optional<CustomerKey>& key) { return key && !key->revoked; }

void write_change(JsonWriter& out, const Event& event) {
  out.open('{').field("type", type_name(event.payload)).field("seq", event.seq).field("version", event.version);
  out.field("at", event.at);
  if (const auto* rotated = std::get_if<KeyRotated>(&event.payload)) {
    out.field("key_arn", rotated->key_arn).field("previous", rotated->previous).field("reason", rotated->reason);
  } else if (const auto* revoked = std::get_if<KeyRevoked>(&event.payload)) {
    out.field("key_arn", revoked->key_arn).field("reason", revoked->reason);
  }
  out.close('}');
}

// A key of the account's own, as long as nothing real is asked of it.
constexpr std::string_view supposed_arn = "arn:aws:kms:us-east-1:000000000000:key/another";

// The account's key after a hypothetical command, or why there would be none.
Expected<std::optional<CustomerKey>, Refusal> supposed_key(const AccountState& state, const Catalog& catalog,
                                                           Instant at, KeyWhatIf what_if) {
  const RotateKey rotation{.key_arn = KeyArn(supposed_arn), .reason = std::nullopt};
  Command command{.account = state.account, .key = IdempotencyKey("what-if"), .at = at, .body = RevokeKey{}};
  if (what_if == KeyWhatIf::rotated) command.body = rotation;
  auto events = decide(&state, command, catalog, at, keys::assumed(state, rotation));
  if (!events) return Unexpected{events.error()};
  AccountState then = state;
  for (const Event& event : *events) evolve(then, event);
  return then.key;
}

}  // namespace

void write_key(JsonWriter& out, const std::optional<CustomerKey>& key) {
  out.key("key");
  if (!key) return out.write_null();
  out.open('{').field("key_arn", key->key_arn).field("state", key->revoked ? "revoked" : "active").close('}');
}

void KeyReport::take(const Event& event) {
  if (std::holds_alternative<KeyRotated>(event.payload) || std::holds_alternative<KeyRevoked>(event.payload)) {
    history_.push_back(event);
  }
  each_text(event, [&](std::string_view field, const FreeText& text) {
    Texts& texts = texts_[{type_name(event.payload), field}];
    (text.sealed() ? texts.sealed : texts.plain) += 1;
  });
}

void KeyReport::opened(const Event& event) {
  each_text(event, [&](std::string_view field, const FreeText&) {
    Texts& texts = texts_[{type_name(event.payload), field}];
    texts.plain -= 1;
    texts.sealed += 1;
  });
}

std::string KeyReport::json(const AccountState& state, const Catalog& catalog, Instant at, KeyWhatIf what_if) const {
  JsonWriter out;
  out.open('{').field("account", state.account);
  write_key(out, state.key);
  if (!history_.empty()) out.field("since", history_.back().at);
  out.key("history").open('[');
  for (const Event& event : history_) write_change(out, event);
  out.close(']');
  std::optional<CustomerKey> then = state.key;
  if (what_if != KeyWhatIf::nothing) {
    const auto supposed = supposed_key(state, catalog, at, what_if);
    out.key("what_if").open('{').field("asked", what_if == KeyWhatIf::rotated ? "rotated" : "revoked");
    if (supposed) {
      then = *supposed;
      write_key(out, then);
    } else {
      const Refusal& refusal = supposed.error();
      out.key("refused").open('{').field("code", to_name(refusal.code)).field("clause", refusal.clause);
      out.field("message", std::string_view(refusal.message)).close('}');
    }
    out.close('}');
  }
  out.key("texts").open('[');
  for (const auto& [place, texts] : texts_) {
    out.open('{')
        .field("event", place.first)
        .field("field", place.second)
        .field("plain", texts.plain)
        .field("sealed", texts.sealed)
        .field("reads", texts.plain + (reads_sealed(state.key) ? texts.sealed : 0));
    if (what_if != KeyWhatIf::nothing) out.field("would_read", texts.plain + (reads_sealed(then) ? texts.sealed : 0));
    out.close('}');
  }
  out.close(']').close('}');
  return out.take();
}

}  // namespace creditfold
