// SPDX-License-Identifier: Apache-2.0
// One client's connection: reads requests one after the other, has them answered, and writes the answers. Everything
// that can be wrong with a request's form is answered here, naming the place; then the connection ends.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <memory>
#include <string>

#include "ledger/service/reply.hpp"
#include "ledger/service/router.hpp"

namespace creditfold::service {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `router` and `stopping` must outlive the connection.
  Connection(boost::asio::ip::tcp::socket socket, const Router& router, const std::atomic<bool>& stopping);

  // Until the client ends it, an error does, or the service stops. On the socket's strand.
  [[nodiscard]] boost::asio::awaitable<void> run();
  // From any thread: ends a connection that waits for its next request; one that is being answered goes on.
  void end_if_idle();
  // From any thread: ends it at once.
  void cut();

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  enum class Next { request, linger, end };
  struct Sent {
    bool head_only = false;
    unsigned version = 11;
    bool keep_alive = false;
  };

  [[nodiscard]] boost::asio::awaitable<Next> serve_one();
  [[nodiscard]] boost::asio::awaitable<std::optional<Reply>> read_body(Parser& parser, const Admitted& admitted);
  [[nodiscard]] boost::asio::awaitable<Reply> answer(Parser& parser, Admitted admitted);
  [[nodiscard]] boost::asio::awaitable<bool> send(Reply reply, Sent sent);
  [[nodiscard]] boost::asio::awaitable<void> linger();
  [[nodiscard]] boost::asio::awaitable<boost::system::error_code> read_header(Parser& parser);

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  const Router& router_;
  const std::atomic<bool>& stopping_;
  std::string address_;  // of the client
  bool idle_ = true;
  std::uint64_t body_bytes_sent_ = 0;
};

}  // namespace creditfold::service
