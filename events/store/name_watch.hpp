// SPDX-License-Identifier: Apache-2.0
// Whether names in a directory may have come to stand for other files, at a fraction of what looking at each costs:
// Linux tells (inotify(7)). Native only.
#pragma once

#include <chrono>
#include <filesystem>

#include "events/store/files.hpp"

namespace creditfold {

// What is not told, as another machine's change or a directory above that was moved, is assumed so often.
inline constexpr std::chrono::milliseconds names_trusted{1'000};

class NameWatch {
 public:
  // Where the system has no watch to give, names are never trusted.
  explicit NameWatch(const std::filesystem::path& directory);

  // Since the last time this was asked; true the first time.
  [[nodiscard]] bool may_have_changed();
  // Who looked then could not tell: the next time, too.
  void distrust() { trusted_until_ = std::chrono::steady_clock::time_point::min(); }

 private:
  Descriptor descriptor_;
  bool watches_ = false;
  std::chrono::steady_clock::time_point trusted_until_;
};

}  // namespace creditfold
