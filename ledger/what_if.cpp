// SPDX-License-Identifier: Apache-2.0
#include "ledger/what_if.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "ledger/decide.hpp"
#include "ledger/evolve.hpp"
#include "ledger/invoices.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/statement.hpp"

namespace creditfold {
namespace {

std::vector<std::string_view> lines_of(std::string_view commands) {
  std::vector<std::string_view> lines;
  while (!commands.empty()) {
    const std::size_t end = std::min(commands.find('\n'), commands.size());
    lines.push_back(commands.substr(0, end));
    commands.remove_prefix(std::min(end + 1, commands.size()));
  }
  return lines;
}

// An account that goes on from where the log left it.
class Supposition {
 public:
  Supposition(View&& view, InvoiceWatch&& invoices, std::int64_t seq, const Catalog& catalog, Instant now)
      : state_(std::move(view.state)),
        moment_(view.moment),
        invoices_(std::move(invoices)),
        seq_(seq),
        catalog_(catalog),
        now_(now) {}

  // The answer; or why none can be supposed.
  [[nodiscard]] Expected<Answer, std::string> suppose(std::string_view text) {
    const auto parsed = parse_command(text);
    if (!parsed) return refusal_answer(parsed.error());
    const Command& command = parsed->command;
    if (command.account != state_.account) {
      return Unexpected{"it is of account " + command.account.value + ", and " + state_.account.value +
                        " was asked about"};
    }
    if (errand_of(&state_, command, catalog_, now_)) {
      return Unexpected{std::string("it asks something outside the ledger first, which a supposition cannot")};
    }
    auto decision = decide(&state_, command, catalog_, now_);
    if (!decision) return refusal_answer(command, decision.error());
    std::vector<Event> events = std::move(decision).value();
    for (Event& event : events) {
      event.seq = ++seq_;
      evolve(state_, event);
      invoices_(event, state_);
    }
    moment_ = std::max(moment_, state_.latest_at);
    return Answer{.key = command.key, .refused = std::nullopt, .accepted = std::move(events)};
  }

  [[nodiscard]] const AccountState& state() const { return state_; }
  [[nodiscard]] std::string balance() const { return balance_json(state_, moment_); }
  [[nodiscard]] std::string invoices() const { return invoices_json(state_, moment_, invoices_.lines(state_)); }
  [[nodiscard]] Instant moment() const { return moment_; }

 private:
  AccountState state_;
  Instant moment_;
  InvoiceWatch invoices_;
  std::int64_t seq_;
  const Catalog& catalog_;
  Instant now_;
};

}  // namespace

Expected<std::string, NotSupposed> what_if_json(const Log& log, const AccountId& account, const Catalog& catalog,
                                                std::optional<std::int64_t> as_of, std::string_view commands,
                                                Instant now) {
  const std::vector<std::string_view> lines = lines_of(commands);
  if (lines.size() > what_if_commands_max) {
    return Unexpected{NotSupposed{
        lines.size(), "at most " + std::to_string(what_if_commands_max) + " commands are supposed at once"}};
  }
  InvoiceWatch invoices;
  std::int64_t seq = 0;
  const auto watch = [&](const Event& event, const AccountState& after) {
    seq = event.seq;
    invoices(event, after);
  };
  auto view = view_as_of(log, account, {.at = std::nullopt, .seq = as_of}, now, watch);
  if (!view) return Unexpected{NotSupposed{0, "no event of account " + account.value + " is known"}};
  Supposition supposed(std::move(*view), std::move(invoices), seq, catalog, now);

  JsonWriter out;
  out.open('{').field("informational", true);  // AIS-4c
  out.field("account", account).field("at", supposed.moment()).field("version", supposed.state().version);
  const std::string balance_before = supposed.balance();
  const std::string invoices_before = supposed.invoices();
  out.key("answers").open('[');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto answer = supposed.suppose(lines[i]);
    if (!answer) return Unexpected{NotSupposed{i + 1, answer.error()}};
    out.write_raw(to_json(*answer));
  }
  out.close(']');
  out.key("before").write_raw(balance_before);
  out.key("after").write_raw(supposed.balance());
  out.key("invoices_before").write_raw(invoices_before);
  out.key("invoices_after").write_raw(supposed.invoices());
  out.close('}');
  return out.take();
}

}  // namespace creditfold
