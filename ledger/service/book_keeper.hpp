// SPDX-License-Identifier: Apache-2.0
// Keeps a region's book beside its log now and then, so that the next start folds only what came since. It folds the
// log once more on a thread of its own, from the book it kept last: nobody who writes or reads waits for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "ledger/kept_book.hpp"

namespace creditfold::service {

class BookKeeper {
 public:
  // `log` must outlive it. `kept`: how far the book goes that is kept already.
  BookKeeper(Partition& log, std::int64_t kept) : log_(log), kept_(kept) {}
  ~BookKeeper() { stop(); }
  BookKeeper(const BookKeeper&) = delete;
  BookKeeper& operator=(const BookKeeper&) = delete;

  // The book has grown: on the writer's thread, after each group.
  void grown(const Book& book);
  // Gives up what is under way and joins. May be called again.
  void stop();
  // Once nothing is written any more: keeps this one, where it is worth it. Says in the log what fails.
  void finish(const Book& book);

 private:
  void run();
  void keep();

  Partition& log_;
  std::atomic<std::int64_t> kept_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace creditfold::service
