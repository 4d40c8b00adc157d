// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/guard.hpp"

#include <boost/beast/core/string.hpp>

#include <charconv>

#include "ledger/words.hpp"

namespace creditfold::service {
namespace http = boost::beast::http;
namespace ip = boost::asio::ip;

namespace {

// "localhost:8080" -> "localhost", "[::1]:8080" -> "::1". nullopt: not of this form.
std::optional<std::string_view> host_of(std::string_view authority) {
  std::string_view port;
  std::string_view host;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    host = authority.substr(0, authority.find(':'));
    port = authority.substr(host.size());
  }
  if (host.empty() || (!port.empty() && port.front() != ':')) return std::nullopt;
  if (port.find_first_not_of("0123456789", 1) != std::string_view::npos) return std::nullopt;
  return host;
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// The length of "http://" or "https://" before an origin; 0: there is neither.
std::size_t scheme_length(std::string_view origin) {
  return origin.starts_with("http://") ? 7 : origin.starts_with("https://") ? 8 : 0;
}

// A host of an origin as it is written in one; `bracketed`: it stood in brackets.
std::optional<std::string> canonical_host(std::string_view host, bool bracketed) {
  if (bracketed) {
    boost::system::error_code failed;
    const auto address = ip::make_address_v6(host, failed);
    return failed ? std::nullopt : std::optional("[" + address.to_string() + "]");
  }
  if (host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") != std::string_view::npos) return std::nullopt;
  return std::string(host);
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [rest, failed] = std::from_chars(digits.data(), end, port);
  return failed == std::errc() && rest == end ? std::optional(port) : std::nullopt;
}

}  // namespace

std::optional<std::string> origin_of(std::string_view text) {
  const std::string written = lower_case(text);
  const std::size_t scheme = scheme_length(written);
  const std::string_view authority = std::string_view(written).substr(scheme);
  const auto name = host_of(authority);
  if (scheme == 0 || !name) return std::nullopt;
  const bool bracketed = authority.starts_with('[');
  const auto host = canonical_host(*name, bracketed);
  if (!host) return std::nullopt;
  const std::string origin = written.substr(0, scheme) + *host;
  const std::string_view behind = authority.substr(name->size() + (bracketed ? 2 : 0));
  if (behind.empty()) return origin;
  const auto port = port_of(behind.substr(1));
  if (!port) return std::nullopt;
  const std::uint16_t own = written.starts_with("http:") ? 80 : 443;
  return *port == own ? origin : origin + ":" + std::to_string(*port);
}

Guard::Guard(std::string listen_name, ip::address address, std::string reader_origin)
    : listen_name_(std::move(listen_name)), address_(std::move(address)), reader_origin_(std::move(reader_origin)) {}

// A page elsewhere can make its own name mean this machine, but never an address or "localhost".
bool Guard::is_host(std::string_view name) const {
  if (boost::beast::iequals({name.data(), name.size()}, "localhost")) return true;
  if (boost::beast::iequals({name.data(), name.size()}, {listen_name_.data(), listen_name_.size()})) return true;
  boost::system::error_code failed;
  const ip::address address = ip::make_address(name, failed);
  if (failed) return false;
  return address.is_loopback() || address == address_ || address_.is_unspecified();
}

// A page elsewhere reads and follows; it sends no command.
bool Guard::is_reader(const RequestHeader& header) const {
  if (reader_origin_.empty() || header.count(http::field::origin) != 1) return false;
  const bool reads = header.method() == http::verb::get || header.method() == http::verb::head ||
                     header.method() == http::verb::options;
  return reads && view(header[http::field::origin]) == reader_origin_;
}

std::optional<Reply> Guard::preflight(const RequestHeader& header) const {
  if (header.method() != http::verb::options || !is_reader(header)) return std::nullopt;
  Reply reply;
  reply.status = Status::no_content;
  reply.headers = {{"Access-Control-Allow-Methods", "GET, HEAD"},
                   {"Access-Control-Allow-Headers", "Authorization"},
                   {"Access-Control-Max-Age", "600"}};
  return reply;
}

void Guard::share(const RequestHeader& header, Reply& reply) const {
  if (!is_reader(header)) return;
  reply.headers.emplace_back("Access-Control-Allow-Origin", reader_origin_);
  reply.headers.emplace_back("Access-Control-Expose-Headers",
                             "X-Creditfold-Region, X-Creditfold-Seq, Retry-After, WWW-Authenticate");
  reply.headers.emplace_back("Vary", "Origin");
}

std::optional<Reply> Guard::refuse(const RequestHeader& header) const {
  if (header.count(http::field::host) > 1) {
    return bad_request({"header Host", "It is given more than once."});
  }
  const auto host = header.find(http::field::host);
  if (host == header.end()) {
    if (header.version() < 11) return std::nullopt;
    return bad_request({"header Host", "HTTP/1.1 needs it."});
  }
  const std::string_view authority = view(host->value());
  const auto name = host_of(authority);
  if (!name) return bad_request({"header Host", "It is a name or an address, with a port or without."});
  if (!is_host(*name)) {
    return error_reply(Status::forbidden, "foreign_host",
                       "This service answers only under localhost or the address it listens on.", "header Host");
  }
  if (is_reader(header)) return std::nullopt;
  for (const auto& field : header) {
    if (field.name() != http::field::origin) continue;
    const std::string_view origin = view(field.value());
    const std::size_t scheme = scheme_length(origin);
    const std::string_view from = origin.substr(scheme);
    if (scheme > 0 && boost::beast::iequals({from.data(), from.size()}, host->value())) continue;
    return error_reply(Status::forbidden, "foreign_origin", "Pages of other origins may not use this service.",
                       "header Origin");
  }
  return std::nullopt;
}

}  // namespace creditfold::service
