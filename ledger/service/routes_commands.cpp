// SPDX-License-Identifier: Apache-2.0
// POST /v1/commands: one command as JSON, or one a line. Nothing is decided here.
#include <boost/asio/use_awaitable.hpp>

#include <memory>

#include "ledger/engine.hpp"
#include "ledger/json.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

Status answer_status(const Answer& answer) {
  return answer.refused ? service::status_of(answer.refused->code) : Status::ok;
}

asio::awaitable<Reply> answer_one(Regions& regions, std::string text) {
  std::vector<std::string> texts;
  texts.push_back(std::move(text));
  const Processed processed = co_await regions.process(std::move(texts));
  if (!processed.has_value()) co_return fault_reply(processed.error());
  const Answer& answer = processed.value().front();
  co_return json_reply(answer_status(answer), to_json(answer));
}

// The lines of a body, taken group by group. Blank lines count, and are skipped.
class Lines {
 public:
  explicit Lines(std::string body) : body_(std::move(body)) {}

  struct Group {
    std::vector<std::string> texts;
    std::vector<std::size_t> numbers;  // of each text's line, from 1
  };
  [[nodiscard]] Group next() {
    Group group;
    while (at_ < body_.size() && group.texts.size() < commands_per_group_max) {
      const std::size_t end = std::min(body_.find('\n', at_), body_.size());
      const std::string_view line = std::string_view(body_).substr(at_, end - at_);
      at_ = end + 1;
      ++number_;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      group.texts.emplace_back(line);
      group.numbers.push_back(number_);
    }
    return group;
  }

 private:
  std::string body_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

// A line that isn't a command is refused with its number.
std::string answer_lines(const Processed& processed, const std::vector<std::size_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Answer answer = processed.value()[i];
    if (answer.refused && answer.refused->code == RefusalCode::malformed) {
      answer.refused->details.insert(answer.refused->details.begin(), {"line", std::to_string(numbers[i])});
    }
    text += to_json(answer) + "\n";
  }
  return text;
}

asio::awaitable<bool> send_answers(BodyWriter& writer, Regions& regions, std::shared_ptr<Lines> lines,
                                   std::string first) {
  bool alive = co_await writer.send(first);
  for (Lines::Group group = lines->next(); !group.texts.empty(); group = lines->next()) {
    // A client that is gone hears nothing, but what it sent was taken: it is finished.
    const Processed processed = co_await regions.process(std::move(group.texts));
    if (!processed.has_value()) {
      // The answers before this line hold; what comes after them has no answer, and all of it may be sent again.
      const std::string line = fault_json(processed.error()) + "\n";
      if (alive) alive = co_await writer.send(line);
      co_return false;
    }
    const std::string text = answer_lines(processed, group.numbers);
    if (alive) alive = co_await writer.send(text);
  }
  co_return alive;
}

// What only the vendor does: open accounts, sell by order forms, grant, suspend, run the calendar.
template <class Command>
constexpr bool is_vendors = std::is_same_v<Command, OpenAccount> || std::is_same_v<Command, StartTerm> ||
                            std::is_same_v<Command, RenewTerm> || std::is_same_v<Command, EndTerm> ||
                            std::is_same_v<Command, GrantCredits> || std::is_same_v<Command, ClosePeriods> ||
                            std::is_same_v<Command, SetAccess>;

// Why a text goes beyond the caller's scope. What is no command is refused later, for its form.
std::optional<std::string_view> beyond_scope(const Caller& caller, std::string_view text) {
  const auto parsed = parse_command(text);
  if (!parsed) return std::nullopt;
  if (!caller.may_reach(parsed->command.account)) return "This token is for another account.";
  const bool vendors =
      std::visit([](const auto& body) { return is_vendors<std::decay_t<decltype(body)>>; }, parsed->command.body);
  if (vendors) return "Only the operator may send this command.";
  return std::nullopt;
}

// AC-3: an account's token sends its own account's commands, and none of the vendor's. One line beyond that and nothing
// of the request is done.
std::optional<Reply> refuse_commands(const Call& call) {
  if (call.caller.is_operator()) return std::nullopt;
  if (!call.caller.may_write()) return forbidden("This token may only read.");
  const std::string& body = call.message.body();
  if (call.media_type == "application/json") {
    const auto why = beyond_scope(call.caller, body);
    return why ? std::optional(forbidden(*why)) : std::nullopt;
  }
  Lines lines(body);
  for (Lines::Group group = lines.next(); !group.texts.empty(); group = lines.next()) {
    for (std::size_t i = 0; i < group.texts.size(); ++i) {
      const auto why = beyond_scope(call.caller, group.texts[i]);
      if (why) return forbidden("Line " + std::to_string(group.numbers[i]) + ": " + std::string(*why));
    }
  }
  return std::nullopt;
}

// The first group decides the status; the rest follow in the order of the lines.
asio::awaitable<Reply> answer_many(Regions& regions, std::string body) {
  auto lines = std::make_shared<Lines>(std::move(body));
  Lines::Group group = lines->next();
  std::string first;
  if (!group.texts.empty()) {
    const Processed processed = co_await regions.process(std::move(group.texts));
    if (!processed.has_value()) co_return fault_reply(processed.error());
    first = answer_lines(processed, group.numbers);
  }
  Reply reply;
  reply.headers.emplace_back("Content-Type", std::string(ndjson_type));
  reply.source = [&regions, lines, first = std::move(first)](BodyWriter& writer) {
    return send_answers(writer, regions, lines, first);
  };
  co_return reply;
}

}  // namespace

Status status_of(RefusalCode code) {
  switch (code) {
    case RefusalCode::malformed:
      return Status::bad_request;
    case RefusalCode::unknown_account:
      return Status::not_found;
    case RefusalCode::key_reused:
    case RefusalCode::account_exists:
    case RefusalCode::authorization_exists:
    case RefusalCode::migration_in_progress:
      return Status::conflict;
    case RefusalCode::in_future:
    case RefusalCode::partial_migration:
    case RefusalCode::unknown_region:
    case RefusalCode::unknown_product:
    case RefusalCode::product_required:
    case RefusalCode::unknown_plan:
    case RefusalCode::outside_term:
    case RefusalCode::plan_mismatch:
    case RefusalCode::seat_parity:
    case RefusalCode::term_overlap:
    case RefusalCode::bad_increment:
    case RefusalCode::unknown_period:
    case RefusalCode::classified:
    case RefusalCode::unknown_model:
    case RefusalCode::provenance:
    case RefusalCode::revoked:
    case RefusalCode::discontinued:
    case RefusalCode::not_authorized_in_gov:
    case RefusalCode::beta_not_accepted:
    case RefusalCode::partner_terms:
    case RefusalCode::unknown_authorization:
    case RefusalCode::period_closed:
    case RefusalCode::insufficient_credits:
    case RefusalCode::non_transferable:
    case RefusalCode::never_for_training:
    case RefusalCode::key_not_customers:
    case RefusalCode::key_revoked:
    case RefusalCode::key_unusable:
      return Status::unprocessable_entity;
  }
  return Status::unprocessable_entity;
}

Reply refusal_reply(const Refusal& refusal) {
  return json_reply(status_of(refusal.code), to_json(Answer{.key = std::nullopt, .refused = refusal, .accepted = {}}));
}

void add_command_routes(Router& router, Regions& regions) {
  router.add({.pattern = "/v1/commands",
              .method = Verb::post,
              .parameters = {},
              .bodies = {{"application/json", command_body_bytes_max}, {"application/x-ndjson", ndjson_body_bytes_max}},
              .answer = [&regions](Call call) {
                if (auto refused = refuse_commands(call)) return answer_with(std::move(*refused));
                if (call.media_type == "application/json") return answer_one(regions, std::move(call.message.body()));
                return answer_many(regions, std::move(call.message.body()));
              },
              .access = Access::any});
}

}  // namespace creditfold::service
