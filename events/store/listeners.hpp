// SPDX-License-Identifier: Apache-2.0
// Those who want to hear of each append. Shared by the stores; a listener can neither break an append nor outlive its
// token.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace creditfold {

class Listeners {
 public:
  using Listener = std::function<void(std::int64_t head)>;

  // When the token has gone, the listener is not running and will not run. It may let go of its own token.
  [[nodiscard]] std::shared_ptr<void> add(Listener listener) {
    auto entry = std::make_shared<Entry>(std::move(listener));
    const std::lock_guard lock(mutex_);
    entries_.push_back(entry);
    return {entry.get(), [entry](void*) { entry->silence(); }};
  }

  // Calls everyone on this thread. What a listener throws ends with it: the append has happened.
  void notify(std::int64_t head) {
    for (const std::shared_ptr<Entry>& entry : living()) entry->call(head);
  }

 private:
  class Entry {
   public:
    explicit Entry(Listener listener) : listener_(std::move(listener)) {}
    void call(std::int64_t head) {
      const std::lock_guard lock(mutex_);
      if (silent_) return;
      try {
        listener_(head);
      } catch (...) {  // NOLINT(bugprone-empty-catch)
      }
    }
    void silence() {
      const std::lock_guard lock(mutex_);
      silent_ = true;
    }
    [[nodiscard]] bool silent() const { return silent_; }  // without the lock: the listener may be running

   private:
    std::recursive_mutex mutex_;  // recursive, so that a listener can unsubscribe itself
    Listener listener_;
    std::atomic<bool> silent_ = false;
  };

  std::vector<std::shared_ptr<Entry>> living() {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [](const std::shared_ptr<Entry>& entry) { return entry->silent(); });
    return entries_;
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace creditfold
