// SPDX-License-Identifier: Apache-2.0
// Wakes those who wait for a region's log to grow.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

namespace creditfold::service {

class EventHub {
 public:
  explicit EventHub(std::int64_t head) : head_(head) {}

  // From any thread.
  void publish(std::int64_t head);
  void stop();
  [[nodiscard]] std::int64_t head() const { return head_.load(); }
  [[nodiscard]] bool stopping() const { return stopping_.load(); }

  // One stream's place. It waits and is woken on its own executor.
  class Seat {
   public:
    Seat(EventHub& hub, const boost::asio::any_io_executor& executor) : hub_(hub), timer_(executor) {}
    ~Seat() { hub_.leave(this); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    // Until the log grows beyond `position`, the service stops, the client leaves, or keep_alive_interval has passed.
    [[nodiscard]] boost::asio::awaitable<void> wait(std::int64_t position);
    void client_left();
    [[nodiscard]] bool is_left() const { return left_; }

   private:
    friend class EventHub;
    EventHub& hub_;
    boost::asio::steady_timer timer_;
    bool left_ = false;
  };
  // nullptr: event_streams_max are taken.
  [[nodiscard]] std::shared_ptr<Seat> join(const boost::asio::any_io_executor& executor);
  [[nodiscard]] bool full() const;

 private:
  void leave(const Seat* seat);
  void wake_all();

  std::atomic<std::int64_t> head_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::map<const Seat*, std::weak_ptr<Seat>> seats_;
};

}  // namespace creditfold::service
