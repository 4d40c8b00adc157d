// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/router.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

#include "ledger/json.hpp"
#include "ledger/words.hpp"

namespace creditfold::service {
namespace http = boost::beast::http;

namespace {

std::vector<std::string_view> split(std::string_view pattern) {
  std::vector<std::string_view> segments;
  for (std::size_t start = 1; start <= pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', start), pattern.size());
    segments.push_back(pattern.substr(start, end - start));
    start = end + 1;
  }
  return segments;
}

// What stands for the {…} of the pattern, or nothing when the address is another.
std::optional<std::vector<std::string>> arguments_of(const std::vector<std::string_view>& pattern,
                                                     const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) return std::nullopt;
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i].starts_with('{')) {
      arguments.push_back(segments[i]);
    } else if (pattern[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return arguments;
}

bool fits(Verb route, Verb sent) { return sent == route || (route == Verb::get && sent == Verb::head); }

Reply not_found(const Target& target) {
  return error_reply(Status::not_found, "not_found", "There is nothing at " + target.path() + ".");
}

// GOV-3: before anything of the address is looked at or repeated.
Reply classified() {
  return error_reply(Status::unprocessable_entity, "classified",
                     "The address carries a classification marking (GOV-3); nothing of it was stored or is repeated.");
}

Reply not_allowed(const std::vector<Verb>& allowed) {
  std::string names;
  for (const Verb verb : allowed) {
    if (!names.empty()) names += ", ";
    names += verb == Verb::get ? "GET, HEAD" : std::string(http::to_string(verb));
  }
  Reply reply = error_reply(Status::method_not_allowed, "method_not_allowed", "This address takes " + names + ".");
  reply.headers.emplace_back("Allow", names);
  return reply;
}

// The media type of a body without its parameters; nothing when it names a charset that is not UTF-8.
std::optional<std::string> media_type_of(const RequestHeader& header) {
  const auto written = header[http::field::content_type];
  const std::string type = lower_case({written.data(), written.size()});
  const std::size_t semicolon = std::min(type.find(';'), type.size());
  const std::string_view parameters = trimmed(std::string_view(type).substr(semicolon));
  if (parameters.find("charset") != std::string_view::npos && parameters.find("utf-8") == std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(trimmed(std::string_view(type).substr(0, semicolon)));
}

Reply unsupported(const std::vector<BodyKind>& kinds) {
  std::string names;
  for (const BodyKind& kind : kinds) names += (names.empty() ? "" : " or ") + std::string(kind.media_type);
  return error_reply(Status::unsupported_media_type, "unsupported_media_type",
                     "The body is " + names + " in UTF-8, not compressed.", "header Content-Type");
}

}  // namespace

std::optional<std::string> Call::header(std::string_view name) const {
  const auto found = message.find({name.data(), name.size()});
  if (found == message.end()) return std::nullopt;
  return std::string(found->value());
}

void Router::add(Route route) {
  auto pattern = std::make_unique<Pattern>();
  pattern->segments = split(route.pattern);
  pattern->route = std::move(route);
  patterns_.push_back(std::move(pattern));
}

void Router::set_fallback(std::function<bool(const std::string&)> exists, Answerer answer) {
  exists_ = std::move(exists);
  fallback_.answer = std::move(answer);
}

Expected<Admitted, Reply> Router::admit(const RequestHeader& header, const std::string& address) const {
  if (auto refused = guard_.refuse(header)) return Unexpected{std::move(*refused)};
  if (auto answered = guard_.preflight(header)) return Unexpected{std::move(*answered)};
  const std::string_view text(header.target().data(), header.target().size());
  if (carries_marking(text)) return Unexpected{classified()};
  auto target = parse_target(text);
  if (!target) return Unexpected{bad_request(target.error())};
  Caller caller;
  if (needs_token(target->segments)) {
    auto identified = authorizer_.identify(header, address);
    if (!identified) return Unexpected{std::move(identified.error())};
    caller = std::move(*identified);
  }

  std::vector<Verb> allowed;
  for (const auto& pattern : patterns_) {
    auto arguments = arguments_of(pattern->segments, target->segments);
    if (!arguments) continue;
    if (fits(pattern->route.method, header.method())) {
      return admit_to(pattern->route, std::move(*arguments), std::move(*target), header, std::move(caller));
    }
    allowed.push_back(pattern->route.method);
  }
  if (!allowed.empty()) return Unexpected{not_allowed(allowed)};
  if (!exists_ || !exists_(target->path())) return Unexpected{not_found(*target)};
  if (!fits(Verb::get, header.method())) return Unexpected{not_allowed({Verb::get})};
  return Admitted{.route = &fallback_,
                  .target = std::move(*target),
                  .arguments = {},
                  .media_type = {},
                  .body_bytes_max = 0,
                  .caller = std::move(caller)};
}

Expected<Admitted, Reply> Router::admit_to(const Route& route, std::vector<std::string> arguments, Target target,
                                           const RequestHeader& header, Caller caller) const {
  const auto account = arguments.empty() ? std::nullopt : std::optional(arguments.front());
  if (auto refused = refuse_access(caller, route.access, route.pattern, account, route.method == Verb::get)) {
    return Unexpected{std::move(*refused)};
  }
  if (auto bad = check_parameters(target, route.parameters)) return Unexpected{bad_request(*bad)};
  Admitted admitted{.route = &route,
                    .target = std::move(target),
                    .arguments = std::move(arguments),
                    .media_type = {},
                    .body_bytes_max = 0,
                    .caller = std::move(caller)};
  if (route.bodies.empty()) return admitted;

  const auto type = media_type_of(header);
  const auto kind = std::find_if(route.bodies.begin(), route.bodies.end(),
                                 [&](const BodyKind& known) { return type && known.media_type == *type; });
  if (kind == route.bodies.end() || header.count(http::field::content_encoding) > 0) {
    return Unexpected{unsupported(route.bodies)};
  }
  admitted.media_type = *type;
  admitted.body_bytes_max = kind->bytes_max;
  return admitted;
}

}  // namespace creditfold::service
