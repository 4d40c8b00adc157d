// SPDX-License-Identifier: Apache-2.0
// Threads for questions that read the log or fold: the I/O threads only move bytes. The log allows readers beside the
// writer, so that nothing here waits for a command.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "ledger/service/limits.hpp"

namespace creditfold::service {

class Readers {
 public:
  Readers() : pool_(reader_threads) {}
  ~Readers() { pool_.join(); }
  Readers(const Readers&) = delete;
  Readers& operator=(const Readers&) = delete;

  // What `question()` returns, asked on a reader's thread; what it throws comes through. The caller goes on where it
  // was. It should return in some milliseconds: longer answers are asked for piece by piece.
  template <class Question>
  [[nodiscard]] boost::asio::awaitable<std::invoke_result_t<Question>> ask(Question question) {
    using Result = std::invoke_result_t<Question>;
    boost::asio::awaitable<Result> asking = answer(std::move(question));
    co_return co_await boost::asio::co_spawn(pool_, std::move(asking), boost::asio::use_awaitable);
  }

 private:
  template <class Question>
  boost::asio::awaitable<std::invoke_result_t<Question>> answer(Question question) {
    co_return question();
  }

  boost::asio::thread_pool pool_;
};

}  // namespace creditfold::service
