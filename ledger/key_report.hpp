// SPDX-License-Identifier: Apache-2.0
// What an account's key is, how it came to be so, and what of its free text reads: now, and if the key were rotated or
// revoked. The hypothetical is decided by the same `decide` as a real one, so it is refused where that would be.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "ledger/catalog.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// "key": which one an account has, and whether it still opens anything; null where it has none.
void write_key(JsonWriter& out, const std::optional<CustomerKey>& key);

enum class KeyWhatIf : std::uint8_t { nothing, rotated, revoked };

class KeyReport {
 public:
  // One after the other, the account's events as far as is asked; texts opened or as they lie.
  void take(const Event& event);

  // {"account","key","since","history":[…],"texts":[{"event","field","plain","sealed","reads"}],"what_if":{…}}.
  // `state` is that of the events taken, `at` the moment a hypothetical command would have. A text that was opened
  // before it was taken counts as sealed no less.
  [[nodiscard]] std::string json(const AccountState& state, const Catalog& catalog, Instant at,
                                 KeyWhatIf what_if) const;

  // A text that lies sealed and was opened for the reader.
  void opened(const Event& event);

 private:
  struct Texts {
    std::int64_t plain = 0;
    std::int64_t sealed = 0;
  };
  using Place = std::pair<std::string_view, std::string_view>;  // event and field

  std::vector<Event> history_;
  std::map<Place, Texts> texts_;
};

}  // namespace creditfold
