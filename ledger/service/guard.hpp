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

class Guard {
 public:
  // `listen_name`: the host of --listen as it was written; `address`: what it came to.
  Guard(std::string listen_name, boost::asio::ip::address address);

  // The refusal, or nothing when the request may go on.
  [[nodiscard]] std::optional<Reply> refuse(const RequestHeader& header) const;

 private:
  [[nodiscard]] bool is_host(std::string_view name) const;

  std::string listen_name_;
  boost::asio::ip::address address_;
};

}  // namespace creditfold::service
