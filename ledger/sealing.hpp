// SPDX-License-Identifier: Apache-2.0
// The free text of events, sealed on its way into the log and opened on its way to a reader (EKM-5). No cryptography
// here: the sealer is a port that the program fills and a browser leaves empty.
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

#include "events/event.hpp"
#include "ledger/state.hpp"

namespace creditfold {

class TextSealer {
 public:
  virtual ~TextSealer() = default;

  // `plain` sealed for this account and version. Never waits for a key service: without the data key it seals to the
  // public key that lies beside the wrapped one. nullopt: the account's key is none that anything can be sealed to.
  [[nodiscard]] virtual std::optional<FreeText> seal(const AccountId& account, std::int64_t version,
                                                     const CustomerKey& key, const FreeText& plain) = 0;
  // The text inside, or nullopt while the data key is not at hand. How long that is waited for is the sealer's own.
  [[nodiscard]] virtual std::optional<FreeText> open(const AccountId& account, std::int64_t version,
                                                     const CustomerKey& key, const FreeText& sealed) = 0;
  // Whether `open` could answer without waiting.
  [[nodiscard]] virtual bool at_hand(const AccountId& account, const CustomerKey& key) = 0;
  // The account's key is this one from now on, and that is stored. A revoked one is to be forgotten.
  virtual void key_changed(const AccountId& account, const CustomerKey& key) = 0;
};

// Calls `visit(name, text)` for each free text the event has. An event has at most one (a test looks): account and
// version say which text a seal belongs to.
template <class AnyEvent, class Visit>
void each_text(AnyEvent& event, Visit&& visit) {
  std::visit(
      [&](auto& fact) {
        std::remove_const_t<std::remove_reference_t<decltype(fact)>>::fields(fact, [&](const char* name, auto& field) {
          using Field = std::remove_const_t<std::remove_reference_t<decltype(field)>>;
          if constexpr (std::is_same_v<Field, FreeText>) visit(std::string_view(name), field);
          if constexpr (std::is_same_v<Field, std::optional<FreeText>>) {
            if (field) visit(std::string_view(name), *field);
          }
        });
      },
      event.payload);
}

[[nodiscard]] bool has_sealed_text(const Event& event);
// Seals the event's text, if it has any. false: it could not be; the event is to go nowhere.
[[nodiscard]] bool seal_text(Event& event, const CustomerKey& key, TextSealer& sealer);
// Opens the event's text where it is sealed, the key is not revoked, and the data key can be had; else leaves it
// sealed.
void open_text(Event& event, const CustomerKey& key, TextSealer& sealer);

}  // namespace creditfold
