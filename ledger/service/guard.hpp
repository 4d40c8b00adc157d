// SPDX-License-Identifier: Apache-2.0
// What keeps other web pages away from a service that has no accounts of its own: the Host header must name this
// machine (against DNS rebinding), and an Origin header must be the service's own page (against cross-site requests).
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <optional>
#include <string>

#include "ledger/service/reply.hpp"

namespace creditfold::service {

using RequestHeader = boost::beast::http::request_header<boost::beast::http::fields>;

// A web origin as browsers send it: http or https, host, and the port where it is not the scheme's own; in lower case.
// Nothing: `text` is none, such as an address with a path.
[[nodiscard]] std::optional<std::string> origin_of(std::string_view text);

class Guard {
 public:
  // `listen_name`: the host of --listen as it was written; `address`: what it came to.
  // `reader_origin`: of a page elsewhere that may read, an `origin_of`; empty: there is none.
  Guard(std::string listen_name, boost::asio::ip::address address, std::string reader_origin = {});

  // The refusal, or nothing when the request may go on.
  [[nodiscard]] std::optional<Reply> refuse(const RequestHeader& header) const;
  // What the page elsewhere may read with, asked before it reads (Fetch, CORS preflight); nothing: it is no such
  // question.
  [[nodiscard]] std::optional<Reply> preflight(const RequestHeader& header) const;
  // Lets the page elsewhere see the reply.
  void share(const RequestHeader& header, Reply& reply) const;

 private:
  [[nodiscard]] bool is_host(std::string_view name) const;
  [[nodiscard]] bool is_reader(const RequestHeader& header) const;

  std::string listen_name_;
  boost::asio::ip::address address_;
  std::string reader_origin_;
};

}  // namespace creditfold::service
