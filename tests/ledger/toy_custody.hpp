// SPDX-License-Identifier: Apache-2.0
// A key service and a sealer that any test can follow by eye, also as WebAssembly: nothing here hides anything.
// Envelopes have the form and length of real ones. What it does and is asked is counted, and it can be told to fail.
#pragma once

#include <map>
#include <string>

#include "ledger/outside.hpp"
#include "ledger/sealing.hpp"

namespace creditfold::test {

class ToyCustody final : public TextSealer, public Outside {
 public:
  bool there = true;  // whether data keys are at hand
  bool can_seal = true;
  std::optional<KeyFailure> failure;  // of the next errands
  std::optional<Bytes> based_on_instead;
  int errands = 0;
  std::vector<std::string> heard;  // key_changed, in words

  std::optional<FreeText> seal(const AccountId& account, std::int64_t version, const CustomerKey&,
                               const FreeText& plain) override {
    if (!can_seal) return std::nullopt;
    std::string body = label(account, version) + plain.value;
    return FreeText(std::string{FreeText::sealed_mark, FreeText::keyed_form} + body);
  }
  std::optional<FreeText> open(const AccountId& account, std::int64_t version, const CustomerKey&,
                               const FreeText& sealed) override {
    const std::string expected = label(account, version);
    if (!there || sealed.value.compare(envelope_head_bytes, expected.size(), expected) != 0) return std::nullopt;
    return FreeText(sealed.value.substr(envelope_head_bytes + expected.size()));
  }
  bool at_hand(const AccountId&, const CustomerKey&) override { return there; }
  void key_changed(const AccountId& account, const CustomerKey& key) override {
    heard.push_back(account.value + " " + key.key_arn.value + (key.revoked ? " revoked" : ""));
  }

  Provided run(const Errand& errand) override {
    ++errands;
    Provided provided;
    provided.key_failure = failure;
    const auto* wrap = std::get_if<WrapErrand>(&errand);
    if (wrap == nullptr || failure) return provided;
    WrappedKey wrapped{.key_arn = wrap->key_arn, .based_on = std::nullopt, .wrapped_key = {}};
    if (wrap->present) wrapped.based_on = wrap->present->wrapped_key;
    if (based_on_instead) wrapped.based_on = based_on_instead;
    wrapped.wrapped_key.value.assign(33, static_cast<std::uint8_t>(errands));
    provided.wrapped_key = wrapped;
    return provided;
  }

 private:
  // As long as a nonce and a tag.
  static std::string label(const AccountId& account, std::int64_t version) {
    std::string text = account.value + "/" + std::to_string(version);
    text.resize(keyed_overhead_bytes - envelope_head_bytes, '.');
    return text;
  }
};

}  // namespace creditfold::test
