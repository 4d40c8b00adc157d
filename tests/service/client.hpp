// SPDX-License-Identifier: Apache-2.0
// An HTTP client for tests over a real socket: whole requests, or any bytes at all. It waits a few seconds, never for
// ever.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace creditfold::test {

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // chunks put together
  bool whole = false;                          // ended as its framing says

  [[nodiscard]] std::string header(const std::string& name) const;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

class Client {
 public:
  explicit Client(const std::string& url);  // "http://127.0.0.1:PORT"

  // One request on the connection that is kept; Host is added unless it is given.
  [[nodiscard]] Response send(std::string_view method, std::string_view target, const Headers& headers = {},
                              std::string_view body = {});
  [[nodiscard]] Response get(std::string_view target, const Headers& headers = {});
  [[nodiscard]] Response post(std::string_view body, std::string_view type = "application/json");

  // Bytes as they are, and one response.
  void write(std::string_view bytes);
  [[nodiscard]] Response read(bool head_only = false);
  // Reads until `text` has arrived, and returns everything up to its end. For streams.
  [[nodiscard]] std::string read_until(std::string_view text);
  // Whether the server has ended the connection (after at most a few seconds).
  [[nodiscard]] bool ended();
  void close();

 private:
  bool fill();  // more bytes; false at the end or after too long
  std::string take_line();
  bool take(std::size_t size, std::string& into);

  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_;
  std::string authority_;
  std::string buffer_;
  bool end_ = false;
};

}  // namespace creditfold::test
