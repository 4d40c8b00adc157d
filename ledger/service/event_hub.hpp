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
  struct Seats;  // every seat that is taken

 public:
  explicit EventHub(std::int64_t head) : head_(head) {}

  // From any thread.
  void publish(std::int64_t head);
  void stop();
  [[nodiscard]] std::int64_t head() const { return head_.load(); }
  [[nodiscard]] bool stopping() const { return stopping_.load(); }

  // One stream's place. It waits and is woken on its own executor, which may hold it when the hub is gone: what was
  // posted to wake it and never run goes with the executor.
  class Seat {
   public:
    Seat(const EventHub& hub, const boost::asio::any_io_executor& executor)
        : hub_(hub), seats_(hub.seats_), timer_(executor) {}
    ~Seat();
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    // Until the log grows beyond `position`, the service stops, the client leaves, or keep_alive_interval has passed.
    // REQUIRES: the hub is there.
    [[nodiscard]] boost::asio::awaitable<void> wait(std::int64_t position);
    void client_left();
    [[nodiscard]] bool is_left() const { return left_; }

   private:
    friend class EventHub;
    const EventHub& hub_;
    std::shared_ptr<Seats> seats_;
    boost::asio::steady_timer timer_;
    bool left_ = false;
  };
  // nullptr: event_streams_max are taken.
  [[nodiscard]] std::shared_ptr<Seat> join(const boost::asio::any_io_executor& executor);
  [[nodiscard]] bool full() const;

 private:
  struct Seats {
    std::mutex mutex;
    std::map<const Seat*, std::weak_ptr<Seat>> taken;
  };
  void wake_all();

  std::atomic<std::int64_t> head_;
  std::atomic<bool> stopping_{false};
  std::shared_ptr<Seats> seats_ = std::make_shared<Seats>();
};

}  // namespace creditfold::service
