// SPDX-License-Identifier: Apache-2.0
// Who sends a request and whether they may (AC-3). Once a directory has tokens, every address of the API asks for one;
// without any, whoever reaches the service is its operator, and it listens on its own machine.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/expected.hpp"
#include "ledger/edge/tokens.hpp"
#include "ledger/service/attempts.hpp"
#include "ledger/service/clock.hpp"
#include "ledger/service/guard.hpp"
#include "ledger/service/reply.hpp"

namespace creditfold::service {

// What an address asks of its callers.
enum class Access {
  by_pattern,     // open outside /v1/; of an account where the pattern has one first; else the operator's
  any,            // any token; the answer depends on whose
  operator_only,
};

struct Caller {
  edge::Scope scope;
  bool identified = false;  // by a token; otherwise nobody was asked, and the scope is the operator's

  [[nodiscard]] bool is_operator() const { return scope.is_operator(); }
  [[nodiscard]] bool may_reach(const AccountId& account) const { return is_operator() || scope.account == account; }
  [[nodiscard]] bool may_write() const { return is_operator() || scope.write; }
};

class Authorizer {
 public:
  Authorizer(edge::TokenCheck& tokens, Clock clock) : tokens_(tokens), clock_(std::move(clock)) {}

  // `address`: of the client, for counting wrong tokens. Or the answer that turns the request away: 401, 429, or 500
  // when the tokens cannot be read.
  [[nodiscard]] Expected<Caller, Reply> identify(const RequestHeader& header, const std::string& address);

 private:
  [[nodiscard]] Expected<Caller, Reply> find(const RequestHeader& header, const std::string& address);
  [[nodiscard]] Reply wrong_token(const std::string& address);

  edge::TokenCheck& tokens_;
  Clock clock_;
  Attempts attempts_;
};

// Whether an address of the API is one a token is asked for.
[[nodiscard]] bool needs_token(const std::vector<std::string>& segments);
// The refusal of a caller who may not do this; nothing when they may. `account`: what stands for {account}, if
// anything.
[[nodiscard]] std::optional<Reply> refuse_access(const Caller& caller, Access access, std::string_view pattern,
                                                 const std::optional<std::string>& account, bool reads_only);

[[nodiscard]] Reply unauthorized(std::string_view why);
[[nodiscard]] Reply forbidden(std::string_view why);

}  // namespace creditfold::service
