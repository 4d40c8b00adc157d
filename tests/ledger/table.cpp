// SPDX-License-Identifier: Apache-2.0
// Runs a table's rows and reports each that came out otherwise, with its row.
#include "tests/ledger/table.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "ledger/clauses.hpp"
#include "ledger/evolve.hpp"
#include "ledger/statement.hpp"
#include "ledger/words.hpp"

namespace creditfold::test {
namespace {

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> parts{""};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// A row begins with a moment, `-`, `=`, `clock` or `json`; any other line goes on with the row before.
bool begins_row(std::string_view line) {
  const std::string_view word = line.substr(0, line.find(' '));
  const bool is_moment = word.size() >= 10 && word[4] == '-' && word[7] == '-' && word[0] >= '0' && word[0] <= '9';
  return is_moment || word == "-" || word == "=" || word == "clock" || word == "json";
}

std::vector<std::string> rows_of(std::string_view text) {
  std::vector<std::string> rows;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (begins_row(line)) {
      rows.emplace_back(line);
    } else {
      rows.back() += " " + std::string(line);
    }
  }
  return rows;
}

std::string all_in_words(const Answer& answer) {
  if (answer.refused) {
    return "refused " + std::string(to_name(answer.refused->code)) + " " + std::string(answer.refused->clause) + " (" +
           answer.refused->message + ")";
  }
  std::string out = answer.replayed ? "again " : "";
  for (const Event& event : answer.accepted) out += (&event == &answer.accepted.front() ? "" : ", ") + in_words(event);
  return answer.accepted.empty() ? out + "nothing" : out;
}

// A refusal names a clause a reader can look up, unless it is one of form or of names nobody knows; and says why.
void check_clause(const Answer& answer) {
  if (!answer.refused) return;
  CHECK_FALSE(answer.refused->message.empty());
  if (!answer.refused->clause.empty()) CHECK(find_clause(answer.refused->clause) != nullptr);
}

}  // namespace

Table& Table::rows(std::string_view text) {
  for (const std::string& line : rows_of(text)) {
    INFO("row: " << line);
    const bool opens = line.find(" open ") != std::string::npos && line.find(" account ") == std::string::npos;
    if (log_.head() == 0 && number_ == 0 && !opens) {
      row("2020-01-01  open us -> AccountOpened region=us environment=commercial");
    }
    row(line);
  }
  return *this;
}

Table& Table::use_catalog(const Catalog& catalog) {
  engine_.emplace(log_, catalog, &custody_);
  return *this;
}

Answer Table::send(const std::string& json) {
  const std::string_view text(json);
  return engine_->process({&text, 1}, clock_, custody_).front();
}

const AccountState& Table::state(std::string_view account) const { return *engine_->book().find(AccountId(account)); }

std::string Table::balance(std::string_view account, std::optional<Instant> at) const {
  const auto view = view_as_of(log_, AccountId(account), AsOf{.at = at, .seq = std::nullopt}, latest_);
  return view ? balance_json(view->state, view->moment) : std::string();
}

std::vector<Event> Table::events() const {
  std::vector<Event> all;
  log_.read(0, -1, [&](Event&& event) {
    all.push_back(std::move(event));
    return true;
  });
  return all;
}

void Table::row(std::string_view text) {
  std::vector<std::string> words = words_of(text);
  if (words[0] == "clock") {
    clock_ = moment(words.at(1));
    return;
  }
  if (words[0] == "=") {
    std::optional<Instant> at;
    std::size_t first = 1;
    if (words.at(1) == "at") {
      at = moment(words.at(2));
      first = 3;
    }
    const std::string found = mismatch(
        balance("acme", at), std::vector<std::string>(words.begin() + static_cast<std::ptrdiff_t>(first), words.end()));
    INFO("the balance says: " << found);
    CHECK(found.empty());
    return;
  }
  const std::size_t arrow = text.rfind("->");
  if (arrow == std::string_view::npos) throw std::invalid_argument("a row without an outcome: " + std::string(text));
  const std::string_view command = trimmed(text.substr(0, arrow));
  const bool raw = words[0] == "json";
  const std::string sent = raw ? std::string(trimmed(command.substr(4))) : command_json(words_of(command), ++number_);
  const Answer answer = send(sent);
  if (!raw) latest_ = std::max(latest_, words[0] == "-" ? clock_ : moment(words[0]));
  check_outcome(answer, trimmed(text.substr(arrow + 2)));
  check_fold(answer);
}

void Table::check_outcome(const Answer& answer, std::string_view expected) {
  const std::string got = all_in_words(answer);
  INFO("the engine says: " << got);
  if (expected.substr(0, 8) == "refused ") {
    CHECK(got.substr(0, expected.size() + 1) == std::string(expected) + " ");
    check_clause(answer);
    return;
  }
  REQUIRE_FALSE(answer.refused);
  if (expected == "ok") return;
  const bool again = expected.substr(0, 6) == "again ";
  CHECK(answer.replayed == again);
  if (again) expected.remove_prefix(6);
  const std::vector<std::string> facts = expected == "nothing" ? std::vector<std::string>{} : split_at_commas(expected);
  CHECK(answer.accepted.size() == facts.size());
  for (std::size_t i = 0; i < std::min(answer.accepted.size(), facts.size()); ++i) {
    INFO("event " << i + 1 << " expected: " << facts[i]);
    CHECK(mismatch(answer.accepted[i], facts[i]) == "");
  }
}

// Every event folds by itself, keeps the invariants, and leads to the state the engine has.
void Table::check_fold(const Answer& answer) {
  if (answer.refused || answer.replayed || answer.accepted.empty()) return;
  log_.read(folded_.seq(), answer.accepted.front().seq - 1, [&](Event&& event) {  // what `send` brought in between
    REQUIRE(folded_.apply(event).has_value());
    return true;
  });
  for (const Event& event : answer.accepted) {
    const AccountState* before = folded_.find(event.account);
    const auto* close = std::get_if<PeriodClosed>(&event.payload);
    if (close != nullptr && before != nullptr) CHECK(broken_close(*before, *close) == "");
    const auto applied = folded_.apply(event);
    INFO((applied ? std::string() : applied.error().what));
    REQUIRE(applied.has_value());
    CHECK(broken_invariant(*folded_.find(event.account)) == "");
  }
  CHECK(fingerprint(folded_) == fingerprint(engine_->book()));
}

}  // namespace creditfold::test
