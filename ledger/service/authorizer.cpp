// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/authorizer.hpp"

#include <boost/beast/core/string.hpp>

#include "ledger/service/limits.hpp"
#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace http = boost::beast::http;

namespace {

constexpr std::string_view realm = R"(Bearer realm="creditfold")";

// The token of "Bearer TOKEN" (RFC 6750); nothing for another scheme.
std::optional<std::string_view> bearer_of(std::string_view value) {
  constexpr std::string_view scheme = "bearer ";
  if (value.size() <= scheme.size()) return std::nullopt;
  const std::string_view said = value.substr(0, scheme.size());
  if (!boost::beast::iequals({said.data(), said.size()}, {scheme.data(), scheme.size()})) return std::nullopt;
  std::string_view token = value.substr(scheme.size());
  while (token.starts_with(' ')) token.remove_prefix(1);
  return token;
}

}  // namespace

Reply unauthorized(std::string_view why) {
  Reply reply = error_reply(Status::unauthorized, "unauthorized", why, "header Authorization");
  reply.headers.emplace_back("WWW-Authenticate", std::string(realm));
  return reply;
}

Reply forbidden(std::string_view why) {
  Reply reply = error_reply(Status::forbidden, "forbidden", why, "header Authorization");
  reply.headers.emplace_back("WWW-Authenticate", std::string(realm) + R"(, error="insufficient_scope")");
  return reply;
}

Reply Authorizer::wrong_token(const std::string& address) {
  const std::size_t failures = attempts_.failed(address, Attempts::Clock::now());
  if (failures <= failed_attempts_max) {
    Reply reply = unauthorized("This token is not known, has ended or was revoked.");
    reply.headers.back().second += R"(, error="invalid_token")";
    return reply;
  }
  if (failures == failed_attempts_max + 1) {
    log_line(Severity::warning, "too many wrong tokens from one address", {{"address", address}});
  }
  Reply reply = error_reply(Status::too_many_requests, "too_many_attempts",
                            "Too many wrong tokens came from this address.", "header Authorization");
  reply.headers.emplace_back("Retry-After", std::to_string(std::chrono::seconds(attempts_window).count()));
  return reply;
}

// A right token is let in however many wrong ones came before it: 256 bits are not guessed, and whoever shares an
// address with somebody who tries cannot be locked out by them.
Expected<Caller, Reply> Authorizer::find(const RequestHeader& header, const std::string& address) {
  const auto count = header.count(http::field::authorization);
  if (count > 1) return Unexpected{bad_request({"header Authorization", "It is given more than once."})};
  const bool required = tokens_.required();
  if (count == 0) {
    if (!required) return Caller{};
    return Unexpected{unauthorized("A token is needed: Authorization: Bearer TOKEN.")};
  }
  const auto value = header.find(http::field::authorization)->value();
  const auto token = bearer_of({value.data(), value.size()});
  if (token) {
    if (const auto scope = tokens_.find(*token, clock_())) return Caller{*scope, true};
  }
  if (!required) return Caller{};
  return Unexpected{wrong_token(address)};
}

Expected<Caller, Reply> Authorizer::identify(const RequestHeader& header, const std::string& address) {
  try {
    return find(header, address);
  } catch (const Fault& fault) {
    log_line(Severity::error, "the tokens cannot be read, so that nobody is let in", {{"what", fault.what()}});
    return Unexpected{error_reply(Status::internal_server_error, "tokens_unreadable",
                                  "The tokens cannot be read, so that nobody is let in.")};
  }
}

bool needs_token(const std::vector<std::string>& segments) { return segments.front() == "v1"; }

std::optional<Reply> refuse_access(const Caller& caller, Access access, std::string_view pattern,
                                   const std::optional<std::string>& account, bool reads_only) {
  if (caller.is_operator() || access == Access::any || !pattern.starts_with("/v1/")) return std::nullopt;
  const bool of_account = access == Access::by_pattern && pattern.find("{account}") != std::string_view::npos;
  if (!of_account || !account) return forbidden("Only the operator may use this address.");
  if (!caller.may_reach(AccountId(*account))) return forbidden("This token is for another account.");
  if (!reads_only && !caller.may_write()) return forbidden("This token may only read.");
  return std::nullopt;
}

}  // namespace creditfold::service
