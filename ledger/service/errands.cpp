// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/errands.hpp"

#include <utility>

#include "ledger/service/limits.hpp"

namespace creditfold::service {

bool Errands::run(Errand errand, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.size() >= errands_max) return false;
    waiting_.push_back({std::move(errand), std::move(done)});
    if (threads_.empty()) {
      for (std::size_t i = 0; i < errand_threads; ++i) threads_.emplace_back([this] { work(); });
    }
  }
  changed_.notify_one();
  return true;
}

void Errands::stop() {
  std::vector<std::thread> threads;
  std::deque<Waiting> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    left.swap(waiting_);
  }
  changed_.notify_all();
  outside_.cancel();
  for (std::thread& thread : threads) thread.join();
  for (const Waiting& waiting : left) waiting.done(std::nullopt);
}

void Errands::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Provided provided = outside_.run(next.errand);
    lock.lock();
    const bool stopping = stopping_;
    lock.unlock();
    next.done(stopping ? std::nullopt : std::optional(std::move(provided)));
    lock.lock();
  }
}

}  // namespace creditfold::service
