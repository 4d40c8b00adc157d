// SPDX-License-Identifier: Apache-2.0
// Signs a region's log further while it grows: at an interval, and when somebody asks. Between two groups of
// the region's writer, so that nothing is appended meanwhile.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <chrono>
#include <future>
#include <optional>

#include "ledger/edge/checkpoint_key.hpp"
#include "ledger/service/clock.hpp"
#include "ledger/service/sequencer.hpp"

namespace creditfold::service {

// By whom and how often logs are signed.
struct Signing {
  const edge::CheckpointKey& key;
  std::chrono::milliseconds interval;
};

class Checkpointer {
 public:
  // What is given must outlive it and its executor's last handler.
  Checkpointer(const boost::asio::any_io_executor& executor, Partition& log, Sequencer& sequencer,
               const Signing& signing, Clock clock);

  // REQUIRES: called once; the sequencer has started.
  void start();
  // Makes one soon, from whichever thread; what fails is said in the log.
  void make_soon();
  // The newest one, if it covers position `seq`, else one made now. Nothing of an empty log. Waits for the writer: to
  // be called on a reader's thread. Throws Fault.
  [[nodiscard]] std::optional<StoredCheckpoint> covering(std::int64_t seq);
  // Ends the timer. REQUIRES: other threads run the executor.
  void stop();
  // Once nothing is written any more: the last one. Says in the log what fails.
  void finish();

 private:
  [[nodiscard]] boost::asio::awaitable<void> run();

  boost::asio::strand<boost::asio::any_io_executor> strand_;
  Partition& log_;
  Sequencer& sequencer_;
  Signing signing_;
  Clock clock_;
  boost::asio::steady_timer timer_;
  bool stopping_ = false;  // the strand's
  std::promise<void> ended_promise_;
  std::future<void> ended_ = ended_promise_.get_future();
};

}  // namespace creditfold::service
