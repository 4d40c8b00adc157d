// SPDX-License-Identifier: Apache-2.0
#include "tests/ledger/stream.hpp"

#include <algorithm>
#include <initializer_list>

#include "ledger/json.hpp"

namespace creditfold::test {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400;
constexpr std::int64_t first_moment = 1'767'225'600;  // 2026-01-01, in seconds
constexpr int set_up_commands = 3;

std::string time_of(std::int64_t seconds, std::int64_t micros = 0) {
  return to_text(Instant{seconds * second + micros});
}

}  // namespace

// A command in the making.
class CommandStream::Fields {
 public:
  Fields& text(std::string_view name, std::string_view value) { return raw(name, json_quote(value)); }
  Fields& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  Fields& raw(std::string_view name, std::string_view json) {
    out_ += (out_.empty() ? "{" : ",") + json_quote(name) + ":" + std::string(json);
    return *this;
  }
  [[nodiscard]] std::string done() const { return out_ + "}"; }

 private:
  std::string out_;
};

CommandStream::CommandStream(std::uint64_t seed, const StreamShape& shape) : random_(seed) {
  for (int i = 0; i < shape.accounts; ++i) {
    accounts_.push_back(
        {"account-" + std::to_string(i), first_moment + static_cast<std::int64_t>(random_.below(40)) * day, 0, {}});
  }
}

std::string_view CommandStream::pick(std::initializer_list<std::string_view> from) {
  return *(from.begin() + random_.below(from.size()));
}

Instant CommandStream::month_after(std::int64_t seconds, std::int64_t months) {
  constexpr Instant first{first_moment * second};
  return add_months(first, months_between(first, Instant{seconds * second}) + months);
}

// Time mostly goes on by hours, at times by days, at times to a month's first moment or the one before.
void CommandStream::move_time(Account& account) {
  const std::uint64_t kind = random_.below(100);
  if (kind < 90) {
    account.moment += static_cast<std::int64_t>(random_.below(day / 2));
  } else if (kind < 95) {
    account.moment += static_cast<std::int64_t>(random_.below(20)) * day;
  } else {
    account.moment = month_after(account.moment, 1).micros / second - static_cast<std::int64_t>(random_.below(2));
  }
}

// Where a term begins: somewhere near, or with the month, so that other moments fall on its bounds.
std::int64_t CommandStream::beginning(const Account& account, std::int64_t days_before, std::int64_t days_after) {
  if (random_.chance(40)) return month_after(account.moment, 0).micros / second;
  return account.moment +
         (static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(days_before + days_after))) -
          days_before) *
             day;
}

std::string CommandStream::at_of(const Account& account) {
  if (random_.chance(12)) return time_of(account.moment - static_cast<std::int64_t>(random_.below(70)) * day);
  return time_of(account.moment, random_.chance(20) ? static_cast<std::int64_t>(random_.below(second)) : 0);
}

CommandStream::Fields CommandStream::begin(const Account& account, std::string_view command) {
  Fields fields;
  fields.text("command", command).text("account", account.id).text("key", "k" + std::to_string(++number_));
  if (!random_.chance(1)) fields.text("at", at_of(account));
  return fields;
}

std::string CommandStream::volume() {
  const std::uint64_t kind = random_.below(100);
  if (kind < 20) return "0";
  if (kind < 97) return std::to_string(random_.below(60));
  if (kind < 99) return std::to_string(random_.below(5'000));
  return std::to_string(random_.next() >> (1 + random_.below(40)));
}

std::string CommandStream::credits(std::int64_t whole) {
  std::string text = std::to_string(whole);
  if (random_.chance(10)) text += "." + std::to_string(1 + random_.below(99'999)) + "1";
  return text;
}

void CommandStream::volumes(Fields& fields) {
  fields.text("workflow", pick({"triage", "summary", "intake"}))
      .text("model",
            pick({"unit", "unit", "gpt", "gpt", "third", "dust", "young", "old", "partner", "worst", "unknown"}))
      .raw("query", volume())
      .raw("input", volume())
      .raw("output", volume());
  if (random_.chance(25)) fields.text("plan", pick({"basic", "plus", "even", "pro", "over", "max"}));
  if (random_.chance(40)) fields.text("actor", pick({"ann", "bob", "cid"}));
  if (random_.chance(2)) fields.text("classification", pick({"unclassified", "cui", "secret"}));
}

std::string CommandStream::set_up(Account& account) {
  const int step = account.beginnings++;
  if (step == 0) {
    const bool gov = random_.chance(15);
    return begin(account, "OpenAccount")
        .text("environment", gov ? "gov" : "commercial")
        .text("region", gov ? "us-gov" : pick({"us", "eu"}))
        .done();
  }
  const std::int64_t starts = beginning(account, 45, 1);
  const std::string_view plan = step == 1 ? pick({"basic", "plus", "even"}) : pick({"plus", "pro", "over", "max"});
  return begin(account, "StartTerm")
      .text("product", "ai_studio")
      .text("plan", plan)
      .text("cadence", plan == "pro" ? "quarterly" : "monthly")
      .text("starts_at", time_of(starts))
      .text("ends_at", time_of(starts + static_cast<std::int64_t>(100 + random_.below(500)) * day))
      .done();
}

std::string CommandStream::usage(Account& account) {
  Fields fields = begin(account, "RecordUsage");
  fields.text("usage", "u" + std::to_string(number_));
  volumes(fields);
  if (!account.authorizations.empty() && random_.chance(25)) {
    fields.text("settles", recent(account));
  }
  if (random_.chance(3)) fields.raw("ai_generated", random_.chance(80) ? "true" : "false");
  if (random_.chance(5))
    fields.text("memo", pick({"", "nightly run", "Grüße \xF0\x9F\x8C\x8D", "tab\there", "SECRET//NF"}));
  return fields.done();
}

// One of the last few: older ones are seldom live.
const std::string& CommandStream::recent(const Account& account) {
  const std::size_t few = std::min<std::size_t>(account.authorizations.size(), 5);
  return account.authorizations[account.authorizations.size() - 1 - static_cast<std::size_t>(random_.below(few))];
}

std::string CommandStream::authorize(Account& account) {
  const bool again = !account.authorizations.empty() && random_.chance(20);
  if (!again) account.authorizations.push_back("h" + std::to_string(account.authorizations.size()));
  const std::string& id = again ? recent(account) : account.authorizations.back();
  Fields fields = begin(account, "AuthorizeUsage");
  fields.text("authorization", id)
      .text("expires_at", time_of(account.moment + static_cast<std::int64_t>(random_.below(50 * day)), 1));
  volumes(fields);
  return fields.done();
}

std::string CommandStream::release(Account& account) {
  const std::string id = account.authorizations.empty() ? "h0" : recent(account);
  return begin(account, "ReleaseAuthorization").text("authorization", id).done();
}

std::string CommandStream::lots(const Account& account) {
  if (random_.chance(35)) return begin(account, "ClosePeriods").done();
  const std::int64_t first = 1 + static_cast<std::int64_t>(random_.below(8));
  const std::string_view plan = pick({"basic", "plus", "plus", "even", "pro", "over", "max"});
  if (random_.chance(55)) {
    const std::int64_t last = first + static_cast<std::int64_t>(random_.below(3)) - (random_.chance(5) ? 1 : 0);
    const std::int64_t amount = random_.chance(85) ? 50 * static_cast<std::int64_t>(1 + random_.below(3)) : 7;
    return begin(account, "PurchaseCredits")
        .text("plan", plan)
        .text("credits", credits(amount))
        .raw("periods", R"({"first":)" + std::to_string(first) + R"(,"last":)" + std::to_string(last) + "}")
        .done();
  }
  return begin(account, "GrantCredits")
      .text("plan", plan)
      .text("credits", credits(1 + static_cast<std::int64_t>(random_.below(80))))
      .text("kind", pick({"promotion", "correction"}))
      .number("period", first)
      .text("reason", "goodwill")
      .done();
}

std::string CommandStream::terms(const Account& account) {
  const std::string_view plan = pick({"basic", "plus", "even", "pro", "over", "max"});
  const std::uint64_t kind = random_.below(10);
  if (kind < 4) {
    const std::int64_t starts = beginning(account, 30, 30);
    Fields fields = begin(account, "StartTerm");
    fields.text("product", "ai_studio")
        .text("plan", plan)
        .text("cadence", plan == "pro" || random_.chance(15) ? "quarterly" : "monthly")
        .text("starts_at", time_of(starts, random_.chance(20) ? 1 : 0))
        .text("ends_at", time_of(starts + static_cast<std::int64_t>(random_.below(200)) * day));
    if (random_.chance(30)) fields.text("allotment", credits(static_cast<std::int64_t>(random_.below(3)) * 40));
    return fields.done();
  }
  const Instant bound = month_after(account.moment, static_cast<std::int64_t>(random_.below(kind < 7 ? 20 : 4)));
  return begin(account, kind < 7 ? "RenewTerm" : "EndTerm")
      .text("product", "ai_studio")
      .text("plan", plan)
      .text("ends_at", to_text(bound))
      .done();
}

std::string CommandStream::seats(const Account& account) {
  const std::uint64_t kind = random_.below(10);
  if (kind < 4) {
    return begin(account, "ChangeSeats")
        .text("product", random_.chance(90) ? "enterprise" : "ekm")
        .number("seats", static_cast<std::int64_t>(random_.below(30)))
        .done();
  }
  if (kind < 7) {
    Fields fields = begin(account, kind < 6 || random_.chance(50) ? "AddProduct" : "RemoveProduct");
    const std::string_view product =
        pick({"permissions", "permissions", "compliance", "ekm", "data_residency", "enterprise"});
    fields.text("product", product);
    if (product == "data_residency" && random_.chance(70)) fields.text("region", "eu");
    return fields.done();
  }
  const std::int64_t starts = beginning(account, 20, 1);
  const std::int64_t ends = starts + static_cast<std::int64_t>(random_.below(400)) * day;
  if (kind < 8) {
    Fields fields = begin(account, "StartTerm");
    fields.text("product", "enterprise")
        .text("starts_at", time_of(starts))
        .text("ends_at", time_of(ends))
        .number("seats", static_cast<std::int64_t>(random_.below(20)));
    if (random_.chance(20)) fields.raw("seat_price", R"({"currency":"EUR","minor":7300})");
    return fields.done();
  }
  return begin(account, kind < 9 ? "RenewTerm" : "EndTerm")
      .text("product", "enterprise")
      .text("ends_at", time_of(ends))
      .done();
}

std::string CommandStream::settings(const Account& account) {
  switch (random_.below(4)) {
    case 0:
      return begin(account, "SetBuilders")
          .text("plan", pick({"basic", "plus", "even", "pro", "over", "max"}))
          .raw("actors", pick({R"("everyone")", R"("everyone")", R"(["ann","bob"])", R"(["cid"])", "[]"}))
          .done();
    case 1:
      return begin(account, "SetConsent")
          .text("feature", pick({"beta", "benchmarks", "training"}))
          .raw("granted", random_.chance(70) ? "true" : "false")
          .done();
    case 2:
      return begin(account, "AcceptTerms")
          .text("terms", pick({"openai-2025", "house-rules"}))
          .raw("accepted", random_.chance(70) ? "true" : "false")
          .done();
    default:
      return begin(account, "SetAccess").raw("allowed", random_.chance(80) ? "true" : "false").done();
  }
}

// What nobody should send: a text again, a key again with another text, a transfer, half a text, an account twice.
std::string CommandStream::odd(const Account& account) {
  const std::uint64_t kind = random_.below(10);
  if (kind < 4 && !sent_.empty()) return sent_[static_cast<std::size_t>(random_.below(sent_.size()))];
  if (kind < 6) {
    number_ = std::max(0, number_ - static_cast<int>(1 + random_.below(5)));
    std::string reused = begin(account, "ClosePeriods").done();
    number_ += 5;
    return reused;
  }
  if (kind < 7) return begin(account, "TransferCredits").text("to", "account-1").text("credits", "5").done();
  if (kind < 8) return begin(account, "OpenAccount").text("environment", "commercial").text("region", "us").done();
  const std::string whole = begin(account, "ClosePeriods").done();
  return whole.substr(0, static_cast<std::size_t>(random_.below(whole.size())));
}

std::string CommandStream::next() {
  Account& account = accounts_[static_cast<std::size_t>(random_.below(accounts_.size()))];
  move_time(account);
  std::string text;
  const std::uint64_t kind = random_.below(100);
  if (account.beginnings < set_up_commands) {
    text = set_up(account);
  } else if (kind < 48) {
    text = usage(account);
  } else if (kind < 62) {
    text = authorize(account);
  } else if (kind < 66) {
    text = release(account);
  } else if (kind < 81) {
    text = lots(account);
  } else if (kind < 86) {
    text = terms(account);
  } else if (kind < 92) {
    text = seats(account);
  } else if (kind < 96) {
    text = settings(account);
  } else {
    text = odd(account);
  }
  sent_.push_back(text);
  return text;
}

std::vector<std::string> command_stream(std::uint64_t seed, const StreamShape& shape) {
  CommandStream stream(seed, shape);
  std::vector<std::string> commands;
  for (int i = 0; i < shape.commands; ++i) commands.push_back(stream.next());
  return commands;
}

}  // namespace creditfold::test
