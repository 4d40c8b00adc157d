// SPDX-License-Identifier: Apache-2.0
// Which request belongs to which answer. The routes are data: address, method, parameters, bodies; what does not fit is
// refused here, before a body is read and before any handler runs.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/verb.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/expected.hpp"
#include "ledger/service/authorizer.hpp"
#include "ledger/service/guard.hpp"
#include "ledger/service/reply.hpp"
#include "ledger/service/target.hpp"

namespace creditfold::service {

using Verb = boost::beast::http::verb;

// A request on its way to its answer.
struct Call {
  Target target;
  std::vector<std::string> arguments;  // what stood for each {…} of the pattern
  std::string media_type;              // of the body, lower case
  Caller caller;
  boost::beast::http::request<boost::beast::http::string_body> message;

  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

using Answerer = std::function<boost::asio::awaitable<Reply>(Call)>;

struct BodyKind {
  std::string_view media_type;
  std::size_t bytes_max = 0;
};

// `get` answers HEAD too: the body is then left out.
struct Route {
  std::string_view pattern;  // "/v1/accounts/{account}/log"
  Verb method = Verb::get;
  std::vector<std::string_view> parameters;
  std::vector<BodyKind> bodies;  // none: takes no body
  Answerer answer;
  Access access = Access::by_pattern;
};

// A request that fits a route, before its body is there.
struct Admitted {
  const Route* route = nullptr;
  Target target;
  std::vector<std::string> arguments;
  std::string media_type;
  std::size_t body_bytes_max = 0;
  Caller caller;
};

class Router {
 public:
  // `authorizer` must outlive the router.
  Router(Guard guard, Authorizer& authorizer) : guard_(std::move(guard)), authorizer_(authorizer) {}
  [[nodiscard]] const Guard& guard() const { return guard_; }

  void add(Route route);
  // Answers every other address, when `exists` says there is something.
  void set_fallback(std::function<bool(const std::string& path)> exists, Answerer answer);

  // `address`: of the client.
  [[nodiscard]] Expected<Admitted, Reply> admit(const RequestHeader& header, const std::string& address) const;

 private:
  struct Pattern {
    std::vector<std::string_view> segments;
    Route route;
  };
  [[nodiscard]] Expected<Admitted, Reply> admit_to(const Route& route, std::vector<std::string> arguments,
                                                   Target target, const RequestHeader& header, Caller caller) const;

  Guard guard_;
  Authorizer& authorizer_;
  std::vector<std::unique_ptr<Pattern>> patterns_;
  std::function<bool(const std::string&)> exists_;
  Route fallback_;
};

}  // namespace creditfold::service
