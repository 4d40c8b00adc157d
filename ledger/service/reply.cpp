// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/reply.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/chunk_encode.hpp>

#include "ledger/json.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/words.hpp"

namespace creditfold::service {
namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

// How a fault is told to a client: the status, the word in "code", and whether to try again soon.
struct Told {
  Status status;
  std::string_view code;
  bool retry;
};

Told told(Unprocessed::Why why) {
  switch (why) {
    case Unprocessed::Why::full:
      return {Status::service_unavailable, "busy", true};
    case Unprocessed::Why::stopping:
      return {Status::service_unavailable, "stopping", true};
    case Unprocessed::Why::busy:
      return {Status::service_unavailable, "busy", true};
    case Unprocessed::Why::unavailable:
      return {Status::service_unavailable, "unavailable", true};
    case Unprocessed::Why::read_only:
      return {Status::service_unavailable, "read_only", true};
    case Unprocessed::Why::storage_full:
      return {Status::insufficient_storage, "storage_full", false};
    case Unprocessed::Why::damaged:
      return {Status::internal_server_error, "damaged", false};
    case Unprocessed::Why::internal:
      return {Status::internal_server_error, "internal", false};
  }
  return {Status::internal_server_error, "internal", false};
}

}  // namespace

asio::awaitable<bool> BodyWriter::send(std::string_view piece) {
  if (piece.empty()) co_return true;
  stream_.expires_after(piece_max);
  boost::system::error_code failed;
  const asio::const_buffer buffer = asio::buffer(piece.data(), piece.size());
  if (chunked_) {
    const http::chunk_body<asio::const_buffer> chunk = http::make_chunk(buffer);
    co_await asio::async_write(stream_, chunk, asio::redirect_error(asio::use_awaitable, failed));
  } else {
    co_await asio::async_write(stream_, buffer, asio::redirect_error(asio::use_awaitable, failed));
  }
  bytes_ += piece.size();
  co_return !failed;
}

asio::awaitable<bool> BodyWriter::finish() {
  if (!chunked_) co_return true;
  stream_.expires_after(piece_max);
  boost::system::error_code failed;
  const asio::const_buffer last = asio::buffer("0\r\n\r\n", 5);
  co_await asio::async_write(stream_, last, asio::redirect_error(asio::use_awaitable, failed));
  co_return !failed;
}

Reply json_reply(Status status, std::string json) {
  json += '\n';
  return {.status = status,
          .headers = {{"Content-Type", std::string(json_type)}},
          .body = std::move(json),
          .shared_body = nullptr,
          .source = nullptr};
}

std::string error_json(std::string_view code, std::string_view message, std::string_view place) {
  std::string json = R"({"error":{"code":)" + json_quote(code) + R"(,"message":)" + json_quote(message);
  if (!place.empty()) json += R"(,"place":)" + json_quote(place);
  return json + "}}";
}

Reply error_reply(Status status, std::string_view code, std::string_view message, std::string_view place) {
  return json_reply(status, error_json(code, message, place));
}

boost::asio::awaitable<Reply> answer_with(Reply reply) { co_return reply; }

Reply bad_request(const BadRequest& bad) {
  return error_reply(Status::bad_request, "bad_request", bad.what, is_utf8(bad.place) ? bad.place : "target");
}

Reply unknown_account(const AccountId& account, bool then) {
  return error_reply(Status::not_found, "unknown_account", no_account_text(account, then));
}

std::string fault_json(const Unprocessed& fault) {
  return error_json(told(fault.why).code, is_utf8(fault.what) ? fault.what : "The store failed.");
}

Reply fault_reply(const Unprocessed& fault) {
  const Told as = told(fault.why);
  Reply reply = json_reply(as.status, fault_json(fault));
  if (as.retry) reply.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
  return reply;
}

}  // namespace creditfold::service
