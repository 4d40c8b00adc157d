// SPDX-License-Identifier: Apache-2.0
// What an account's export holds: its files by name, each written as often as it is asked for, always the same bytes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/partition.hpp"
#include "ledger/catalog.hpp"
#include "ledger/edge/log_writing.hpp"
#include "ledger/state.hpp"

namespace creditfold::edge {

struct Member {
  std::string name;  // "events.jsonl"
  std::string about;
  std::function<void(const TextSink&)> write;
};

// What is exported: one account's log up to a position, seen at the moment of its newest event, so that the same log
// gives the same bytes whenever it is exported.
struct ExportedAccount {
  const Partition& log;
  const Catalog& catalog;
  std::string_view catalog_json;
  AccountId account;
  std::int64_t to = 0;
  AccountState state;
  TextOpening open;
};

// One whose bytes are `text`. `about`: nothing where no list tells of it.
[[nodiscard]] Member text_member(std::string name, std::string about, std::string text);
// `exported` must outlive the members.
[[nodiscard]] std::vector<Member> members_of(const ExportedAccount& exported);

}  // namespace creditfold::edge
