// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/resumption.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>

#include "ledger/service/limits.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

void resume(std::vector<Resumption> all) {
  for (auto first = all.begin(); first != all.end();) {
    const auto last = first + std::min<std::ptrdiff_t>(resumptions_per_post, all.end() - first);
    std::vector<Resumption> some(std::make_move_iterator(first), std::make_move_iterator(last));
    const asio::any_io_executor executor = some.front().executor;
    asio::post(executor, [some = std::move(some)]() mutable {
      for (Resumption& each : some) asio::dispatch(each.executor, std::move(each.go_on));
    });
    first = last;
  }
}

}  // namespace creditfold::service
