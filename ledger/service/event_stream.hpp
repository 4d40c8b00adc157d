// SPDX-License-Identifier: Apache-2.0
// Events as a server-sent stream (WHATWG HTML, section 9.2). Every stream reads the log from where its client is, so
// that none needs a buffer of its own: a client that is slow is behind, and one that takes nothing is dropped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/service/readers.hpp"
#include "ledger/service/regions.hpp"
#include "ledger/service/reply.hpp"
#include "ledger/service/texts.hpp"

namespace creditfold::service {

struct EventQuestion {
  std::int64_t after = 0;
  std::optional<AccountId> account;
};

// The body of GET /v1/events over one region's log. All must outlive it. A stream of one account ends with the message
// `moved` when the account has gone to another region: its positions there are others.
[[nodiscard]] BodySource event_source(const Regions& regions, RegionAtWork& region, Readers& readers,
                                      const Texts& texts, EventQuestion question);
// Of a ledger without any region yet: ends when there is one, so that the client comes back.
[[nodiscard]] BodySource waiting_source(const Regions& regions);

// The id of a message: the position, behind the region's name where it is not the home region's ("eu:17").
[[nodiscard]] std::string message_id(const RegionId& region, std::int64_t seq);
// The position of an id; nothing when it is none, or of another region's.
[[nodiscard]] std::optional<std::int64_t> parse_message_id(const RegionId& region, std::string_view id);

}  // namespace creditfold::service
