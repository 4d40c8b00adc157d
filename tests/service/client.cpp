// SPDX-License-Identifier: Apache-2.0
#include "tests/service/client.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace creditfold::test {
namespace asio = boost::asio;

namespace {

constexpr int wait_seconds = 10;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace

std::string Response::header(const std::string& name) const {
  const auto found = headers.find(lower(name));
  return found == headers.end() ? "" : found->second;
}

Client::Client(const std::string& url) : socket_(context_), authority_(url.substr(7)) {
  const std::size_t colon = authority_.rfind(':');
  std::string host = authority_.substr(0, colon);
  if (host.front() == '[') host = host.substr(1, host.size() - 2);
  const auto port = static_cast<std::uint16_t>(std::stoi(authority_.substr(colon + 1)));
  socket_.connect({asio::ip::make_address(host), port});
  const timeval patience{wait_seconds, 0};
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

Response Client::send(std::string_view method, std::string_view target, const Headers& headers, std::string_view body) {
  std::string text = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  bool host = false;
  for (const auto& [name, value] : headers) {
    text += name + ": " + value + "\r\n";
    host = host || name == "Host";
  }
  if (!host) text += "Host: " + authority_ + "\r\n";
  if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  write(text + "\r\n" + std::string(body));
  return read(method == "HEAD");
}

Response Client::get(std::string_view target, const Headers& headers) { return send("GET", target, headers); }

Response Client::post(std::string_view body, std::string_view type) {
  return send("POST", "/v1/commands", {{"Content-Type", std::string(type)}}, body);
}

void Client::write(std::string_view bytes) {
  boost::system::error_code ignored;  // a server that has had enough is what some tests are about
  asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ignored);
}

bool Client::fill() {
  if (end_) return false;
  std::array<char, 16384> piece;
  const ssize_t size = ::recv(socket_.native_handle(), piece.data(), piece.size(), 0);
  if (size <= 0) {
    end_ = size == 0 || errno == ECONNRESET;
    return false;
  }
  buffer_.append(piece.data(), static_cast<std::size_t>(size));
  return true;
}

std::string Client::take_line() {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (!fill()) return {};
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

bool Client::take(std::size_t size, std::string& into) {
  while (buffer_.size() < size) {
    if (!fill()) break;
  }
  const std::size_t there = std::min(size, buffer_.size());
  into.append(buffer_, 0, there);
  buffer_.erase(0, there);
  return there == size;
}

Response Client::read(bool head_only) {
  Response response;
  std::string line = take_line();
  if (line.size() < 12) return response;
  response.status = std::stoi(line.substr(9, 3));
  while (!(line = take_line()).empty()) {
    const std::size_t colon = line.find(':');
    response.headers[lower(line.substr(0, colon))] = line.substr(colon + 2);
  }
  if (head_only || response.status == 304 || response.status == 100) {
    response.whole = true;
  } else if (response.header("transfer-encoding") == "chunked") {
    for (;;) {
      line = take_line();
      if (line.empty()) return response;
      const std::size_t size = std::stoul(line, nullptr, 16);
      if (!take(size, response.body)) return response;
      take_line();
      if (size == 0) break;
    }
    response.whole = true;
  } else if (!response.header("content-length").empty()) {
    response.whole = take(std::stoul(response.header("content-length")), response.body);
  } else {
    while (fill()) {
    }
    response.body = std::exchange(buffer_, {});
    response.whole = end_;
  }
  return response;
}

std::string Client::read_until(std::string_view text) {
  std::size_t found = 0;
  while ((found = buffer_.find(text)) == std::string::npos) {
    if (!fill()) throw std::runtime_error("not there: " + std::string(text) + "\nbut: " + buffer_);
  }
  std::string all = buffer_.substr(0, found + text.size());
  buffer_.erase(0, found + text.size());
  return all;
}

bool Client::ended() {
  while (fill()) {
  }
  return end_;
}

void Client::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace creditfold::test
