// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/append_thread.hpp"

#include <exception>
#include <utility>

namespace creditfold::service {

AppendThread::~AppendThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void AppendThread::begin(std::function<void()> append) {
  {
    const std::lock_guard lock(mutex_);
    try {
      if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
      append_ = std::move(append);
    } catch (const std::exception&) {  // no thread is to be had
    }
  }
  if (append) return append();
  changed_.notify_one();
}

void AppendThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || append_; });
    if (!append_) return;
    const std::function<void()> append = std::exchange(append_, nullptr);
    lock.unlock();
    append();
    lock.lock();
  }
}

}  // namespace creditfold::service
