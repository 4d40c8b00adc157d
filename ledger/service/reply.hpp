// SPDX-License-Identifier: Apache-2.0
// What is sent back for a request: a status, headers, and a body that is either whole or sent piece by piece.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/status.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/service/sequencer.hpp"
#include "ledger/service/target.hpp"

namespace creditfold::service {

using Status = boost::beast::http::status;

// Sends a body whose length nobody knows beforehand.
class BodyWriter {
 public:
  // `chunked` is for HTTP/1.1; for 1.0 the end of the connection is the end of the body.
  BodyWriter(boost::beast::tcp_stream& stream, bool chunked) : stream_(stream), chunked_(chunked) {}

  // false: the client is gone, or took longer than piece_max. An empty piece sends nothing.
  [[nodiscard]] boost::asio::awaitable<bool> send(std::string_view piece);
  [[nodiscard]] boost::asio::awaitable<bool> finish();
  [[nodiscard]] boost::beast::tcp_stream& stream() { return stream_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  boost::beast::tcp_stream& stream_;
  bool chunked_;
  std::uint64_t bytes_ = 0;
};

// Sends the body. false: it is cut short, and the connection ends without the last chunk, so that nobody takes it for
// whole.
using BodySource = std::function<boost::asio::awaitable<bool>(BodyWriter&)>;

struct Reply {
  Status status = Status::ok;
  std::vector<std::pair<std::string, std::string>> headers;  // values are ours: never what a request sent
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // in place of `body`; files of the page
  BodySource source;                               // in place of both

  [[nodiscard]] const std::string& whole_body() const { return shared_body ? *shared_body : body; }
};

inline constexpr std::string_view json_type = "application/json; charset=utf-8";
inline constexpr std::string_view ndjson_type = "application/x-ndjson; charset=utf-8";

// `json` is one line; a newline is added.
[[nodiscard]] Reply json_reply(Status status, std::string json);
// {"error":{"code":…,"message":…,"place":…}}
[[nodiscard]] std::string error_json(std::string_view code, std::string_view message, std::string_view place = {});
[[nodiscard]] Reply error_reply(Status status, std::string_view code, std::string_view message,
                                std::string_view place = {});
[[nodiscard]] Reply bad_request(const BadRequest& bad);
// For a route that waits for nothing.
[[nodiscard]] boost::asio::awaitable<Reply> answer_with(Reply reply);
// `then`: of a question about the past.
[[nodiscard]] Reply unknown_account(const AccountId& account, bool then = false);
// Why commands were not processed or a log could not be read, with Retry-After where a retry can help.
[[nodiscard]] Reply fault_reply(const Unprocessed& fault);
[[nodiscard]] std::string fault_json(const Unprocessed& fault);

}  // namespace creditfold::service
