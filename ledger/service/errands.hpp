// SPDX-License-Identifier: Apache-2.0
// Threads that run commands' errands, so that the writer never waits for what lies outside. Bounded: what finds no
// place is told so at once.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ledger/outside.hpp"

namespace creditfold::service {

class Errands {
 public:
  // nullopt: the service is stopping, and the errand was not run.
  using Done = std::function<void(std::optional<Provided>)>;

  explicit Errands(Outside& outside) : outside_(outside) {}
  ~Errands() { stop(); }
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  // `done` is called on one of the threads. false: errands_max are waiting, or it stops; `done` is not called.
  [[nodiscard]] bool run(Errand errand, Done done);
  // Ends what is under way soon, calls every `done` that is owed, and joins. May be called again.
  void stop();

 private:
  struct Waiting {
    Errand errand;
    Done done;
  };
  void work();

  Outside& outside_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // started with the first errand
};

}  // namespace creditfold::service
