// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include <array>
#include <chrono>
#include <ctime>

#include "ledger/service/limits.hpp"
#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

// RFC 9110, section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(std::time_t moment) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&moment, &parts);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                                 months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900, parts.tm_hour,
                                 parts.tm_min, parts.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

bool has_header(const Reply& reply, std::string_view name) {
  for (const auto& [known, value] : reply.headers) {
    if (known == name) return true;
  }
  return false;
}

bool has_body(Status status) { return status != Status::not_modified && status != Status::no_content; }

// The status line and all headers. What every answer carries is added unless the reply says otherwise.
std::string head_of(const Reply& reply, unsigned version, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(static_cast<unsigned>(reply.status)) + " ";
  const beast::string_view reason = http::obsolete_reason(reply.status);
  head.append(reason.data(), reason.size()).append("\r\n");
  const auto add = [&](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  const auto add_default = [&](std::string_view name, std::string_view value) {
    if (!has_header(reply, name)) add(name, value);
  };
  for (const auto& [name, value] : reply.headers) add(name, value);
  add("Date", http_date(std::time(nullptr)));
  add_default("Cache-Control", "no-store");
  add_default("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  add("X-Content-Type-Options", "nosniff");
  add("Referrer-Policy", "no-referrer");
  add("Cross-Origin-Resource-Policy", "same-origin");
  add("Cross-Origin-Opener-Policy", "same-origin");
  if (reply.source) {
    if (version >= 11) add("Transfer-Encoding", "chunked");
  } else if (has_body(reply.status)) {
    add("Content-Length", std::to_string(reply.whole_body().size()));
  }
  add("Connection", keep_alive ? "keep-alive" : "close");
  return head.append("\r\n");
}

// GOV-3: a log line repeats no marked address.
std::string shown_target(std::string_view target) {
  return carries_marking(target) ? std::string(withheld) : std::string(target);
}

// Where and why a request could not be read; nothing when there is nobody to tell.
std::optional<Reply> unreadable(const beast::error_code& error, std::size_t body_bytes, bool in_body) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return error_reply(Status::request_header_fields_too_large, "too_large",
                       "The request line and headers are more than " + std::to_string(header_bytes_max) + " bytes.",
                       "headers");
  }
  if (error == http::error::body_limit) {
    return error_reply(Status::payload_too_large, "too_large", "The body is larger than this address takes.", "body");
  }
  if (error.category() != make_error_code(http::error::bad_method).category()) return std::nullopt;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (in_body) {
    return bad_request({"body, after byte " + std::to_string(body_bytes),
                        "It is not framed as HTTP/1.1 says: " + error.message() + "."});
  }
  const bool in_line =
      error == http::error::bad_method || error == http::error::bad_target || error == http::error::bad_version;
  return bad_request({in_line ? "request line" : "headers", "It is not HTTP/1.1: " + error.message() + "."});
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const Router& router, const std::atomic<bool>& stopping)
    : stream_(std::move(socket)), router_(router), stopping_(stopping) {
  boost::system::error_code failed;
  const auto remote = stream_.socket().remote_endpoint(failed);
  if (!failed) address_ = remote.address().to_string();
}

void Connection::end_if_idle() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    if (self->idle_) self->stream_.cancel();
  });
}

void Connection::cut() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->stream_.socket().close(ignored);
  });
}

asio::awaitable<void> Connection::run() {
  boost::system::error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  Next next = Next::request;
  while (next == Next::request && !stopping_.load()) next = co_await serve_one();
  if (next == Next::linger) co_await linger();
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.socket().close(ignored);
}

asio::awaitable<beast::error_code> Connection::read_header(Parser& parser) {
  parser.header_limit(static_cast<std::uint32_t>(header_bytes_max));
  parser.body_limit(ndjson_body_bytes_max);
  idle_ = true;
  stream_.expires_after(idle_max);
  beast::error_code error;
  co_await http::async_read_header(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
  idle_ = false;
  co_return error;
}

asio::awaitable<Connection::Next> Connection::serve_one() {
  const auto began = std::chrono::steady_clock::now();
  Parser parser;
  const beast::error_code error = co_await read_header(parser);
  std::optional<Reply> reply;
  if (error) {
    reply = unreadable(error, 0, false);
    if (!reply) co_return Next::end;
  }
  if (!reply) {
    auto admitted = router_.admit(parser.get().base(), address_);
    if (!admitted) {
      reply = admitted.error();
    } else {
      reply = co_await read_body(parser, *admitted);
      if (!reply) {
        if (!parser.is_done()) co_return Next::end;  // nobody to answer
        reply = co_await answer(parser, std::move(*admitted));
      }
    }
  }
  if (!error) router_.guard().share(parser.get().base(), *reply);
  const bool whole = !error && parser.is_done();  // otherwise what follows is not a request
  Sent sent;
  sent.head_only = !error && parser.get().method() == Verb::head;
  sent.version = error ? 11 : parser.get().version();
  sent.keep_alive = whole && parser.keep_alive() && !stopping_.load() && !(reply->source && sent.version < 11);
  const Status status = reply->status;
  const bool delivered = co_await send(std::move(*reply), sent);
  if (debug_lines()) {
    const auto took = std::chrono::steady_clock::now() - began;
    log_line(Severity::debug, "request",
             {{"method", std::string(parser.get().method_string())},
              {"target", shown_target({parser.get().target().data(), parser.get().target().size()})},
              {"status", std::to_string(static_cast<unsigned>(status)), true},
              {"bytes", std::to_string(body_bytes_sent_), true},
              {"micros", std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(took).count()), true}});
  }
  if (!delivered) co_return Next::end;
  if (sent.keep_alive) co_return Next::request;
  co_return whole ? Next::end : Next::linger;
}

// An error to send, or nothing: the body is there (parser.is_done()) or the client is gone.
asio::awaitable<std::optional<Reply>> Connection::read_body(Parser& parser, const Admitted& admitted) {
  if (parser.is_done()) co_return std::nullopt;
  if (admitted.route->bodies.empty()) {
    co_return bad_request({"body", "A request to this address has no body."});
  }
  const auto length = parser.content_length();
  if (length && *length > admitted.body_bytes_max) {
    co_return unreadable(make_error_code(http::error::body_limit), 0, true);
  }
  parser.body_limit(admitted.body_bytes_max);
  const auto expect = parser.get().find(http::field::expect);
  if (expect != parser.get().end()) {
    if (!beast::iequals(expect->value(), "100-continue")) {
      co_return error_reply(Status::expectation_failed, "bad_request", "Only 100-continue can be expected.",
                            "header Expect");
    }
    const asio::const_buffer go_on = asio::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25);
    beast::error_code ignored;
    co_await asio::async_write(stream_, go_on, asio::redirect_error(asio::use_awaitable, ignored));
  }
  stream_.expires_after(body_max);
  beast::error_code error;
  co_await http::async_read(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return unreadable(error, parser.get().body().size(), true);
  co_return std::nullopt;
}

asio::awaitable<Reply> Connection::answer(Parser& parser, Admitted admitted) {
  stream_.expires_never();
  const Answerer& answerer = admitted.route->answer;
  Call call;
  call.target = std::move(admitted.target);
  call.arguments = std::move(admitted.arguments);
  call.media_type = std::move(admitted.media_type);
  call.caller = std::move(admitted.caller);
  call.message.base() = parser.get().base();  // `serve_one` still asks for the method
  call.message.body() = std::move(parser.get().body());
  Reply reply;
  try {
    reply = co_await answerer(std::move(call));
  } catch (const Fault& fault) {
    log_line(Severity::error, "a request failed", {{"what", fault.what()}});
    reply = fault_reply(to_unprocessed(fault));
  } catch (const std::exception& error) {
    log_line(Severity::error, "a request failed", {{"what", error.what()}});
    reply = fault_reply({Unprocessed::Why::internal, "The service made a mistake; its log says which."});
  }
  co_return reply;
}

asio::awaitable<bool> Connection::send(Reply reply, Sent sent) {
  const std::string head = head_of(reply, sent.version, sent.keep_alive);
  const bool body = !sent.head_only && has_body(reply.status);
  const bool whole = body && !reply.source;
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head),
                                                  whole ? asio::buffer(reply.whole_body()) : asio::const_buffer{}};
  stream_.expires_after(piece_max + piece_max * static_cast<int>(buffers[1].size() / stream_piece_bytes));
  boost::system::error_code failed;
  co_await asio::async_write(stream_, buffers, asio::redirect_error(asio::use_awaitable, failed));
  body_bytes_sent_ = buffers[1].size();
  if (failed) co_return false;
  if (!body || !reply.source) co_return true;

  BodyWriter writer(stream_, sent.version >= 11);
  bool complete = false;
  try {
    complete = co_await reply.source(writer);
    if (complete) complete = co_await writer.finish();
  } catch (const std::exception& error) {
    log_line(Severity::error, "an answer was cut short", {{"what", error.what()}});
    complete = false;
  }
  body_bytes_sent_ = writer.bytes();
  co_return complete;
}

// The client may still be sending; closing on unread bytes would reset the connection and take the answer with it.
asio::awaitable<void> Connection::linger() {
  boost::system::error_code failed;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, failed);
  stream_.expires_after(linger_max);
  std::vector<char> scrap(64U << 10);
  for (std::size_t drained = 0; !failed && drained < linger_bytes_max;) {
    const std::size_t size =
        co_await stream_.async_read_some(asio::buffer(scrap), asio::redirect_error(asio::use_awaitable, failed));
    drained += size;
  }
}

}  // namespace creditfold::service
