// SPDX-License-Identifier: Apache-2.0
#include "events/store/name_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace creditfold {

NameWatch::NameWatch(const std::filesystem::path& directory)
    : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      trusted_until_(std::chrono::steady_clock::time_point::min()) {
  constexpr std::uint32_t names = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF;
  watches_ = descriptor_.number >= 0 &&
             ::inotify_add_watch(descriptor_.number, directory.c_str(), names | IN_ONLYDIR) >= 0;
}

bool NameWatch::may_have_changed() {
  if (!watches_) return true;
  const auto now = std::chrono::steady_clock::now();
  bool changed = now >= trusted_until_;
  std::array<char, 4'096> told;  // which name it was is not asked
  for (;;) {
    const ssize_t got = ::read(descriptor_.number, told.data(), told.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    changed = true;
    if (got <= 0) break;
  }
  if (changed) trusted_until_ = now + names_trusted;
  return changed;
}

}  // namespace creditfold
