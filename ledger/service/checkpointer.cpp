// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/checkpointer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ledger/service/limits.hpp"
#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

void say_no_checkpoint(const std::string& region, const std::string& what) {
  log_line(Severity::error, "no checkpoint was made", {{"region", region}, {"what", what}});
}

}  // namespace

Checkpointer::Checkpointer(const asio::any_io_executor& executor, Partition& log, Sequencer& sequencer,
                           const Signing& signing, Clock clock)
    : strand_(asio::make_strand(executor)),
      log_(log),
      sequencer_(sequencer),
      signing_(signing),
      clock_(std::move(clock)),
      timer_(strand_) {}

void Checkpointer::start() {
  asio::co_spawn(strand_, run(), [this](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
    ended_promise_.set_value();
  });
}

asio::awaitable<void> Checkpointer::run() {
  while (!stopping_) {
    timer_.expires_after(signing_.interval);
    boost::system::error_code ignored;  // cancelled: stopping
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!stopping_) make_soon();
  }
}

void Checkpointer::make_soon() {
  sequencer_.lend([this](Turn& turn) { static_cast<void>(signing_.key.checkpoint(turn.log, clock_())); },
                  [region = log_.region().value](const std::exception_ptr& error) {
                    try {
                      if (error) std::rethrow_exception(error);
                    } catch (const std::exception& failed) {
                      say_no_checkpoint(region, failed.what());
                    }
                  });
}

std::optional<StoredCheckpoint> Checkpointer::covering(std::int64_t seq) {
  auto newest = log_.newest_checkpoint();
  if (newest && newest->size >= seq) return newest;
  sequencer_.in_turn([&](Turn& turn) { newest = signing_.key.checkpoint(turn.log, clock_()); });
  return newest;
}

void Checkpointer::stop() {
  asio::post(strand_, [this] {
    stopping_ = true;
    timer_.cancel();
  });
  if (ended_.valid()) ended_.get();
}

void Checkpointer::finish() {
  try {
    static_cast<void>(signing_.key.checkpoint(log_, clock_()));
  } catch (const std::exception& failed) {
    say_no_checkpoint(log_.region().value, failed.what());
  }
}

}  // namespace creditfold::service
