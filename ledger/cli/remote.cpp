// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/remote.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <optional>
#include <thread>

#include "events/log.hpp"
#include "ledger/cli/percent_encoded.hpp"
#include "ledger/json.hpp"

namespace creditfold::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;

// A group is answered after one sync; a service that needs longer than this for it has stopped.
constexpr std::chrono::seconds exchange_max{120};
// "Too busy, later": asked again this often before giving up.
constexpr int attempts_when_busy = 60;
constexpr std::chrono::seconds busy_interval{1};

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

struct Endpoint {
  std::string host;
  std::string port;
};

// "http://[::1]:8080/" -> {"::1", "8080"}.
Endpoint endpoint_of(std::string_view url) {
  std::string_view rest = url.substr(std::string_view("http://").size());
  rest = rest.substr(0, rest.find('/'));
  const std::size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos;
  std::string_view host = rest.substr(0, has_port ? colon : rest.size());
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {std::string(host), std::string(has_port ? rest.substr(colon + 1) : "80")};
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

// What an error answer says of itself, or its status when it says nothing.
std::string message_of(const Response& response) {
  json::error_code error;
  const json::value value = json::parse(response.body(), error);
  const json::value* message = error ? nullptr : value.find_pointer("/error/message", error);
  const json::string* text = message ? message->if_string() : nullptr;
  return text ? std::string(view(*text)) : "status " + std::to_string(response.result_int());
}

std::string error_code_of(const Response& response) {
  json::error_code error;
  const json::value value = json::parse(response.body(), error);
  const json::value* code = error ? nullptr : value.find_pointer("/error/code", error);
  const json::string* text = code ? code->if_string() : nullptr;
  return text ? std::string(view(*text)) : std::string();
}

// The service counts lines from the beginning of a request; people count from the beginning of their file.
std::string renumbered(std::string_view answer, std::int64_t number) {
  json::error_code error;
  json::value value = json::parse(json::string_view(answer.data(), answer.size()), error);
  json::value* code = error ? nullptr : value.find_pointer("/refused/code", error);
  if (code == nullptr || !code->is_string() || view(code->get_string()) != to_name(RefusalCode::malformed)) {
    return std::string(answer);
  }
  json::value* message = value.find_pointer("/refused/message", error);
  json::value* details = value.find_pointer("/refused/details", error);
  const std::string line = std::to_string(number);
  if (message != nullptr && message->is_string()) {
    message->get_string() = "Line " + line + ": " + std::string(view(message->get_string()));
  }
  if (details != nullptr && details->is_object()) details->get_object()["line"] = line;
  return json::serialize(value);
}

class RemoteAnswerer final : public Answerer {
 public:
  RemoteAnswerer(std::string url, std::optional<std::string> token)
      : url_(std::move(url)), token_(std::move(token)), endpoint_(endpoint_of(url_)) {}

  [[nodiscard]] std::vector<std::string> answer(std::span<const Line> commands) override {
    if (commands.empty()) return {};
    std::string body;
    for (const Line& command : commands) body += command.text + '\n';
    const Response response = ask(commands_request(body));
    if (response.result() != http::status::ok) fail(message_of(response));
    std::vector<std::string> answers;
    std::string_view rest = response.body();
    while (!rest.empty() && answers.size() < commands.size()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      answers.push_back(renumbered(rest.substr(0, end), commands[answers.size()].number));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (answers.size() != commands.size() || !rest.empty()) fail("another number of answers than of commands");
    return answers;
  }

  [[nodiscard]] std::string check_key(const AccountId& account, const std::optional<KeyArn>& key_arn) override {
    std::string target = "/v1/accounts/" + percent_encoded(account.value) + "/key-check";
    if (key_arn) target += "?key_arn=" + percent_encoded(key_arn->value);
    const Response response = ask(Request(http::verb::get, target, 11));
    const std::string code = response.result() == http::status::not_found ? error_code_of(response) : std::string();
    if (code == "unknown_account") throw UnknownAccount();
    if (response.result() != http::status::ok) fail(message_of(response));
    return response.body().substr(0, response.body().find('\n'));
  }

  [[nodiscard]] std::optional<std::string> service() const override { return url_; }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Fault(Fault::Kind::unavailable,
                "the service at " + url_ + ": " + what + "; what it accepted is kept, and may be sent again");
  }

  static Request commands_request(const std::string& body) {
    Request request(http::verb::post, "/v1/commands", 11);
    request.set(http::field::content_type, "application/x-ndjson");
    request.body() = body;
    return request;
  }

  Response ask(const Request& request) {
    for (int attempt = 1;; ++attempt) {
      Response response = exchange(request);
      const bool told = response.result() == http::status::ok || response.result() == http::status::not_found;
      if (told) return response;
      if (response.result() == http::status::unauthorized) {
        throw Fault(Fault::Kind::read_only, "the service at " + url_ +
                                                " asks for a token: run this as the owner of its data " +
                                                "directory, or put one into CREDITFOLD_TOKEN");
      }
      const bool busy = response.result() == http::status::service_unavailable;
      if (!busy || attempt == attempts_when_busy) fail(message_of(response));
      std::this_thread::sleep_for(busy_interval);
    }
  }

  // A connection that was kept may have been closed meanwhile: then once more on a new one. (Commands are safe to send
  // twice.)
  Response exchange(const Request& request) {
    const bool kept = stream_.has_value();
    std::optional<Response> response = try_exchange(request);
    if (!response && kept) response = try_exchange(request);
    if (!response) fail(failure_);
    return *std::move(response);
  }

  std::optional<Response> try_exchange(const Request& request) {
    Response response;
    std::exception_ptr thrown;
    asio::co_spawn(context_, send_and_receive(request, response), [&](std::exception_ptr error) { thrown = error; });
    context_.restart();
    context_.run();
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
      failure_ = error.code() == beast::error::timeout ? "no answer in time" : error.code().message();
      stream_.reset();
      return std::nullopt;
    }
    if (!response.keep_alive()) stream_.reset();
    return response;
  }

  asio::awaitable<void> send_and_receive(Request request, Response& response) {
    if (!stream_) {
      asio::ip::tcp::resolver resolver(context_);
      const auto addresses = co_await resolver.async_resolve(endpoint_.host, endpoint_.port, asio::use_awaitable);
      stream_.emplace(context_);
      stream_->expires_after(exchange_max);
      co_await stream_->async_connect(addresses, asio::use_awaitable);
    }
    stream_->expires_after(exchange_max);
    const bool ipv6 = endpoint_.host.find(':') != std::string::npos;
    request.set(http::field::host, (ipv6 ? '[' + endpoint_.host + ']' : endpoint_.host) + ':' + endpoint_.port);
    request.set(http::field::user_agent, "creditfold");
    if (token_) request.set(http::field::authorization, "Bearer " + *token_);
    request.prepare_payload();
    co_await http::async_write(*stream_, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);  // the service is ours, and answers what it was asked
    co_await http::async_read(*stream_, buffer, parser, asio::use_awaitable);
    response = parser.release();
  }

  std::string url_;
  std::optional<std::string> token_;
  Endpoint endpoint_;
  asio::io_context context_;
  std::optional<beast::tcp_stream> stream_;
  std::string failure_;
};

}  // namespace

std::unique_ptr<Answerer> open_remote(const std::string& url, std::optional<std::string> token) {
  return std::make_unique<RemoteAnswerer>(url, std::move(token));
}

}  // namespace creditfold::cli
