// SPDX-License-Identifier: Apache-2.0
#include "events/store/shared_work.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <utility>

namespace creditfold {

struct SharedWork::State {
  std::size_t count = 0;
  std::function<void(std::size_t)> part;
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> done = 0;
  std::mutex mutex;  // of the next
  std::exception_ptr failure;

  void do_parts() {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        part(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
      }
      ++done;
      done.notify_all();
    }
  }
  void wait_for(std::size_t parts) const {
    for (std::size_t now = done; now < parts; now = done) done.wait(now);
  }
};

SharedWork::SharedWork(std::size_t count, std::function<void(std::size_t)> part) : state_(std::make_shared<State>()) {
  state_->count = count;
  state_->part = std::move(part);
}

SharedWork::~SharedWork() { state_->wait_for(std::min(state_->next.exchange(state_->count), state_->count)); }

void SharedWork::finish() {
  state_->do_parts();
  state_->wait_for(state_->count);
  const std::lock_guard lock(state_->mutex);
  if (state_->failure) std::rethrow_exception(std::exchange(state_->failure, nullptr));
}

HelperThread::~HelperThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  offered_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HelperThread::offer(const SharedWork& work) {
  const std::lock_guard lock(mutex_);
  try {
    if (!thread_.joinable()) thread_ = std::thread([this] { this->work(); });
  } catch (const std::system_error&) {
    return;  // no thread is to be had; the next offer asks again
  }
  waiting_.push_back(work.state_);
  offered_.notify_all();
}

void HelperThread::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    offered_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    const std::shared_ptr<SharedWork::State> next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next->do_parts();
    lock.lock();
  }
}

}  // namespace creditfold
