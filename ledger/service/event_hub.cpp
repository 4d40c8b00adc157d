// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/event_hub.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ledger/service/limits.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

void EventHub::publish(std::int64_t head) {
  head_.store(head);
  wake_all();
}

void EventHub::stop() {
  stopping_.store(true);
  wake_all();
}

void EventHub::wake_all() {
  const std::lock_guard lock(seats_->mutex);
  for (const auto& [address, weak] : seats_->taken) {
    if (auto seat = weak.lock()) {
      const auto executor = seat->timer_.get_executor();
      asio::post(executor, [seat = std::move(seat)] { seat->timer_.cancel(); });
    }
  }
}

std::shared_ptr<EventHub::Seat> EventHub::join(const asio::any_io_executor& executor) {
  const std::lock_guard lock(seats_->mutex);
  if (seats_->taken.size() >= event_streams_max) return nullptr;
  auto seat = std::make_shared<Seat>(*this, executor);
  seats_->taken.emplace(seat.get(), seat);
  return seat;
}

bool EventHub::full() const {
  const std::lock_guard lock(seats_->mutex);
  return seats_->taken.size() >= event_streams_max;
}

EventHub::Seat::~Seat() {
  const std::lock_guard lock(seats_->mutex);
  seats_->taken.erase(this);
}

asio::awaitable<void> EventHub::Seat::wait(std::int64_t position) {
  // A publish after this look is posted to this executor, and so cancels a wait that has begun.
  if (hub_.head() > position || hub_.stopping() || left_) co_return;
  timer_.expires_after(keep_alive_interval);
  boost::system::error_code ignored;
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void EventHub::Seat::client_left() {
  left_ = true;
  timer_.cancel();
}

}  // namespace creditfold::service
