// SPDX-License-Identifier: Apache-2.0
// A thread beside the sequencer's that waits for the disk in its place: it runs one append after the other.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace creditfold::service {

class AppendThread {
 public:
  AppendThread() = default;
  ~AppendThread();  // what is under way ends first
  AppendThread(const AppendThread&) = delete;
  AppendThread& operator=(const AppendThread&) = delete;

  // Runs `append`, which does not throw, beside the caller; where no thread is to be had, before it returns. REQUIRES:
  // the one before has ended.
  void begin(std::function<void()> append);

 private:
  void run();

  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::function<void()> append_;  // not begun yet
  bool stop_ = false;
  std::thread thread_;  // there once it was needed
};

}  // namespace creditfold::service
