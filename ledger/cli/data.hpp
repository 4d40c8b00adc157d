// SPDX-License-Identifier: Apache-2.0
// A data directory read beside whoever writes it. An account may move from one region to another meanwhile; what is
// asked of several regions is asked until nothing moved.
#pragma once

#include <string>
#include <type_traits>

#include "events/store/partitions.hpp"

namespace creditfold::cli {

// Moves are rare; a directory where one ends during each of this many readings is read no further.
inline constexpr int steady_attempts_max = 100;

// What `ask(source)` returns of a source that `open()` gives and that counts its `moves()`, about one state of it: a
// fault of an account that was read half here and half there is none.
template <class Open, class Ask>
[[nodiscard]] std::invoke_result_t<Ask, std::invoke_result_t<Open>&> steadily_over(Open&& open, Ask&& ask) {
  for (int attempt = 1;; ++attempt) {
    auto&& source = open();
    const std::int64_t before = source.moves();
    const auto is_settled = [&] { return source.moves() == before || attempt == steady_attempts_max; };
    try {
      auto answer = ask(source);
      if (is_settled()) return answer;
    } catch (const Fault&) {
      if (is_settled()) throw;
    }
  }
}

// What `ask(partitions)` returns, about one state of the directory.
template <class Ask>
[[nodiscard]] std::invoke_result_t<Ask, const SqlitePartitions&> steadily(const std::string& directory, Ask&& ask) {
  return steadily_over([&] { return SqlitePartitions(directory, true); }, ask);
}

// What `ask(log)` returns of the log the account lives in; a Result{} when it lives nowhere.
template <class Ask>
[[nodiscard]] std::invoke_result_t<Ask, const SqliteLog&> in_home(const std::string& directory,
                                                                  const AccountId& account, Ask&& ask) {
  return steadily(directory, [&](const SqlitePartitions& partitions) -> std::invoke_result_t<Ask, const SqliteLog&> {
    const SqliteLog* log = partitions.home_of(account);
    if (log == nullptr) return {};
    return ask(*log);
  });
}

// The region meant by a command over a whole log: the one named, else the only one. Throws UsageError that names them.
[[nodiscard]] RegionId region_meant(const SqlitePartitions& partitions, const std::optional<RegionId>& named);

}  // namespace creditfold::cli
