// SPDX-License-Identifier: Apache-2.0
// Work in parts that two threads do together: its owner, and a helper that takes parts while its owner does something
// else. Where no thread is to be had its owner does all of it. Private to the SQLite store.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace creditfold {

class SharedWork {
 public:
  // `part` is called with each number below `count`, in any order, several at once.
  SharedWork(std::size_t count, std::function<void(std::size_t)> part);
  ~SharedWork();  // no part begins any more, and none is being done
  SharedWork(const SharedWork&) = delete;
  SharedWork& operator=(const SharedWork&) = delete;

  // Does what nobody has taken and returns once all parts are done. Throws what one of them threw.
  void finish();

 private:
  friend class HelperThread;
  struct State;
  std::shared_ptr<State> state_;  // a helper that comes late finds no part left
};

class HelperThread {
 public:
  HelperThread() = default;
  ~HelperThread();
  HelperThread(const HelperThread&) = delete;
  HelperThread& operator=(const HelperThread&) = delete;

  // Takes parts of it once there are none left of what was offered before.
  void offer(const SharedWork& work);

 private:
  void work();

  std::mutex mutex_;  // of all below
  std::condition_variable offered_;
  std::deque<std::shared_ptr<SharedWork::State>> waiting_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace creditfold
