// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/book_keeper.hpp"

#include <exception>
#include <system_error>

#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace {

void say_not_kept(const Partition& log, const std::string& what) {
  log_line(Severity::warning, "the book was not kept beside the log", {{"region", log.region().value}, {"what", what}});
}

}  // namespace

void BookKeeper::grown(const Book& book) {
  if (!is_worth_keeping(book, kept_.load())) return;
  const std::lock_guard lock(mutex_);
  if (wanted_ || stopping_.load()) return;
  try {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    return;  // no thread is to be had; the next group asks again
  }
  wanted_ = true;
  changed_.notify_all();
}

void BookKeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true);
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BookKeeper::finish(const Book& book) {
  if (!is_worth_keeping_at_end(book, kept_.load())) return;
  try {
    keep_book(log_, book, log_.moves());
  } catch (const std::exception& failed) {
    say_not_kept(log_, failed.what());
  }
}

void BookKeeper::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return wanted_ || stopping_.load(); });
      if (stopping_.load()) return;
    }
    try {
      keep();
    } catch (const std::exception& failed) {
      say_not_kept(log_, failed.what());
      kept_.store(log_.head());  // tried again when there is as much more
    }
    const std::lock_guard lock(mutex_);
    wanted_ = false;
  }
}

void BookKeeper::keep() {
  const std::int64_t moves = log_.moves();
  Book book = begin_book(log_, [this](std::int64_t) { return !stopping_.load(); }).book;
  const std::int64_t head = log_.head();
  log_.read(book.seq(), head, [&](Event&& event) {
    if (stopping_.load()) return false;
    if (const auto folded = book.apply(event); !folded) throw Fault(Fault::Kind::damaged, to_text(folded.error()));
    return true;
  });
  if (stopping_.load()) return;
  book.advance(head, 0);
  keep_book(log_, book, moves);
  kept_.store(head);  // also when an account moved meanwhile: the next one begins anew
}

}  // namespace creditfold::service
