// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/http_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ledger/service/limits.hpp"
#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Written without waiting: somebody over the limit must not cost more than this.
void turn_away(tcp::socket socket) {
  const std::string body = error_json("busy", "Too many connections are open.") + "\n";
  const std::string text = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: " + std::string(json_type) +
                           "\r\nContent-Length: " + std::to_string(body.size()) +
                           "\r\nRetry-After: " + std::to_string(retry_after.count()) + "\r\nConnection: close\r\n\r\n" +
                           body;
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(text), ignored);
  socket.close(ignored);
}

}  // namespace

HttpServer::HttpServer(asio::io_context& context, const tcp::endpoint& endpoint)
    : context_(context), acceptor_(asio::make_strand(context), endpoint.protocol()) {
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  if (endpoint.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
  endpoint_ = acceptor_.local_endpoint();
}

void HttpServer::start(const Router& router) {
  accepting_ = true;
  asio::co_spawn(acceptor_.get_executor(), accept(router), [this](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
    const std::lock_guard lock(mutex_);
    accepting_ = false;
    ended_.notify_all();
  });
}

asio::awaitable<void> HttpServer::accept(const Router& router) {
  asio::steady_timer pause(acceptor_.get_executor());
  while (!stopping_.load()) {
    boost::system::error_code failed;
    tcp::socket socket = co_await acceptor_.async_accept(asio::any_io_executor(asio::make_strand(context_)),
                                                         asio::redirect_error(asio::use_awaitable, failed));
    if (stopping_.load()) break;
    if (!failed) {
      begin(std::move(socket), router);
    } else if (failed != asio::error::connection_aborted) {  // out of descriptors: some will be given back
      log_line(Severity::warning, "a connection could not be accepted", {{"what", failed.message()}});
      pause.expires_after(std::chrono::seconds(1));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failed));
    }
  }
}

void HttpServer::begin(tcp::socket socket, const Router& router) {
  std::unique_lock lock(mutex_);
  if (connections_.size() >= connections_max) {
    lock.unlock();
    return turn_away(std::move(socket));
  }
  const auto executor = socket.get_executor();
  auto connection = std::make_shared<Connection>(std::move(socket), router, stopping_);
  connections_.insert(connection);
  lock.unlock();
  asio::co_spawn(executor, connection->run(), [this, connection](const std::exception_ptr& error) {
    end(connection);
    if (error) std::rethrow_exception(error);
  });
}

void HttpServer::end(const std::shared_ptr<Connection>& connection) {
  const std::lock_guard lock(mutex_);
  connections_.erase(connection);
  ended_.notify_all();
}

void HttpServer::stop_accepting() {
  stopping_.store(true);
  asio::post(acceptor_.get_executor(), [this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
  });
  const std::lock_guard lock(mutex_);
  for (const auto& connection : connections_) connection->end_if_idle();
}

void HttpServer::wait_until_answered(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, at_most, [this] { return hurried_ || (connections_.empty() && !accepting_); });
}

void HttpServer::hurry() {
  const std::lock_guard lock(mutex_);
  hurried_ = true;
  ended_.notify_all();
}

void HttpServer::cut_all() {
  std::unique_lock lock(mutex_);
  for (const auto& connection : connections_) connection->cut();
  ended_.wait(lock, [this] { return connections_.empty() && !accepting_; });
}

}  // namespace creditfold::service
