// SPDX-License-Identifier: Apache-2.0
// One of the logs that append_bench fills: what it must be able to do to be measured and to be checked afterwards.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "events/log.hpp"

namespace creditfold::test {

class AppendSide {
 public:
  virtual ~AppendSide() = default;
  // One durable transaction. False: an (account, version) or an (account, key) was there already, and nothing of the
  // group is stored. REQUIRES: one event a batch.
  [[nodiscard]] virtual bool append(std::span<const Batch> group) = 0;
  // Events stored.
  [[nodiscard]] virtual std::int64_t count() = 0;
  // What they take, keys and indexes counted; nothing when that is the size of the files once they are closed.
  [[nodiscard]] virtual std::optional<std::int64_t> bytes() { return std::nullopt; }
  // Whether it refuses a key that it has seen.
  [[nodiscard]] virtual bool is_unique() const { return true; }
};

// `ours`, `indexed-sqlite` or `bare-segments`, in a directory of its own; nullptr for any other name.
[[nodiscard]] std::unique_ptr<AppendSide> open_side(std::string_view name, const std::filesystem::path& directory);

}  // namespace creditfold::test
