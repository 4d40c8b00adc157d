// SPDX-License-Identifier: Apache-2.0
// Coroutines that wait for what another thread does, and how they go on: many at once, without waking a thread for
// each.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace creditfold::service {

// A coroutine that has what it waited for, and where it goes on.
struct Resumption {
  boost::asio::any_io_executor executor;
  std::function<void()> go_on;
};

// Each goes on, on its executor; `resumptions_per_post` of them are handed over together. REQUIRES: their executors are
// of one context.
void resume(std::vector<Resumption> all);
inline void resume(Resumption one) { resume(std::vector<Resumption>{std::move(one)}); }

// Suspends until what `start(callback)` began calls back with a Result, from any thread, and resumes what that gives.
template <class Result, class Start>
boost::asio::awaitable<Result> called_back(Start start) {
  namespace asio = boost::asio;
  auto begin = [](auto handler, Start begun) {
    // std::function wants to be copied, a coroutine's handler does not.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    begun([shared](Result result) -> Resumption {
      auto outcome = std::make_shared<Result>(std::move(result));
      return {asio::get_associated_executor(*shared), [shared, outcome] { (*shared)(std::move(*outcome)); }};
    });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(Result)>(begin, asio::use_awaitable,
                                                                           std::move(start));
}

}  // namespace creditfold::service
