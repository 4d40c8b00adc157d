// SPDX-License-Identifier: Apache-2.0
// The listening socket and the connections it brought. It knows nothing of ledgers: routes answer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include "ledger/service/connection.hpp"
#include "ledger/service/router.hpp"

namespace creditfold::service {

class HttpServer {
 public:
  // Binds and listens; throws boost::system::system_error when the address cannot be had. Port 0: a free one.
  HttpServer(boost::asio::io_context& context, const boost::asio::ip::tcp::endpoint& endpoint);

  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }
  [[nodiscard]] bool stopping() const { return stopping_.load(); }
  // `router` must outlive the server. REQUIRES: called once.
  void start(const Router& router);

  // From a thread that does not run the context, in this order:
  void stop_accepting();  // nobody new; connections without a request end
  void wait_until_answered(std::chrono::milliseconds at_most);
  void hurry();    // from any thread: ends that wait
  void cut_all();  // what is still going on is cut; returns when all connections have ended

 private:
  [[nodiscard]] boost::asio::awaitable<void> accept(const Router& router);
  void begin(boost::asio::ip::tcp::socket socket, const Router& router);
  void end(const std::shared_ptr<Connection>& connection);

  boost::asio::io_context& context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;
  std::condition_variable ended_;
  std::set<std::shared_ptr<Connection>> connections_;
  bool accepting_ = false;
  bool hurried_ = false;
};

}  // namespace creditfold::service
