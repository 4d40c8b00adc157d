// SPDX-License-Identifier: Apache-2.0
// Why a figure of an account is what it is, its invoice lines, and the receipts of its charges. All from the log.
#include <algorithm>
#include <array>

#include "ledger/explain.hpp"
#include "ledger/invoices.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/receipt.hpp"
#include "ledger/service/routes.hpp"
#include "ledger/statement.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

constexpr std::string_view csv_type = "text/csv; charset=utf-8; header=present";

Reply not_there(const std::string& sentence) { return error_reply(Status::not_found, "not_found", sentence); }

// One of lot, usage, line, period and refusal, or workflow and model together.
Expected<Why, BadRequest> why_of(const Target& target) {
  constexpr std::array<std::string_view, 5> kinds{"lot", "usage", "line", "period", "refusal"};
  std::string_view about;
  std::string which;
  for (const std::string_view kind : kinds) {
    const auto given = target.parameter(kind);
    if (!given) continue;
    if (!about.empty()) return Unexpected{bad_parameter(kind, "One thing is explained at a time.")};
    about = kind;
    which = std::string(*given);
  }
  const auto workflow = target.parameter("workflow");
  const auto model = target.parameter("model");
  if (workflow || model) {
    if (!about.empty())
      return Unexpected{bad_parameter(workflow ? "workflow" : "model", "One thing is explained at a time.")};
    if (!workflow || !model)
      return Unexpected{bad_parameter(workflow ? "workflow" : "model", "Workflow and model are given together.")};
    JsonWriter use;
    use.open('{').field("workflow", *workflow).field("model", *model).close('}');
    about = "use";
    which = use.take();
  }
  if (about.empty()) {
    return Unexpected{
        BadRequest{"query", "Name what is to be explained: lot, usage, line, period, refusal, or workflow and model."}};
  }
  auto why = read_why(about, which);
  if (!why) return Unexpected{bad_parameter(about == "use" ? "workflow" : about, why.error())};
  return std::move(*why);
}

// Of an account that was never opened only the refusal that says so can be explained.
Reply unopened_reply(const Catalog& catalog, const AccountId& account, const Why& why, bool then) {
  const auto* refusal = std::get_if<WhyRefusal>(&why);
  const bool says_so = refusal != nullptr && refusal->refusal.code == RefusalCode::unknown_account;
  if (!says_so) return unknown_account(account, then);
  const auto told = explain(AccountHistory(), why, catalog);
  return told ? json_reply(Status::ok, explanation_json(*told)) : not_there(told.error());
}

Reply explain_reply(const Log& log, const Catalog& catalog, const AccountId& account, const Why& why,
                    std::optional<std::int64_t> as_of) {
  const AccountHistory history(log, account, as_of);
  if (history.empty()) return unopened_reply(catalog, account, why, as_of.has_value());
  const auto told = explain(history, why, catalog);
  return told ? json_reply(Status::ok, explanation_json(*told)) : not_there(told.error());
}

asio::awaitable<Reply> answer_explain(const Regions& regions, Readers& readers, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  const auto as_of = seq_parameter(call.target, "as_of");
  if (!as_of) co_return bad_request(as_of.error());
  const auto why = why_of(call.target);
  if (!why) co_return bad_request(why.error());
  auto ask = [&regions, id = *account, why = *why, seq = *as_of](RegionAtWork& region) {
    return explain_reply(region.log, regions.catalog(), id, why, seq);
  };
  auto reply = co_await regions.ask_home(readers, *account, ask);
  co_return reply ? std::move(*reply) : unopened_reply(regions.catalog(), *account, *why, false);
}

asio::awaitable<Reply> answer_receipt(const Regions& regions, Readers& readers, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  const auto as_of = seq_parameter(call.target, "as_of");
  if (!as_of) co_return bad_request(as_of.error());
  const std::string& usage = call.arguments.at(1);
  if (!UsageId::valid(usage)) {
    co_return bad_request({"target, the usage", "A usage id is 1 to 128 bytes without control characters."});
  }
  auto ask = [&regions, id = *account, usage = UsageId(usage), seq = *as_of](RegionAtWork& region) {
    const AccountHistory history(region.log, id, seq);
    if (history.empty()) return unknown_account(id, seq.has_value());
    auto receipt = receipt_json(history, usage, regions.catalog());
    return receipt ? json_reply(Status::ok, std::move(*receipt)) : not_there(receipt.error());
  };
  co_return co_await reply_from_home(regions, readers, *account, ask);
}

// A media range's weight in thousandths (RFC 9110, section 12.4.2); 1000 where it has none.
int quality_of(std::string_view range) {
  const std::size_t at = range.find("q=");
  if (at == std::string_view::npos) return 1000;
  int quality = 0;
  int unit = 1000;
  for (const char c : range.substr(at + 2)) {
    if (c == '.') continue;
    if (c < '0' || c > '9') break;
    quality += (c - '0') * unit;
    unit /= 10;
  }
  return quality;
}

// Whether an Accept header prefers CSV; JSON where it does not matter.
bool accepts_csv(const std::optional<std::string>& accept) {
  if (!accept) return false;
  int csv = -1;
  int json = -1;
  for (std::string_view rest = *accept; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view range = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    range.remove_prefix(std::min(range.find_first_not_of(" \t"), range.size()));
    const std::string_view type = range.substr(0, range.find_first_of("; \t"));
    if (type == "text/csv") csv = quality_of(range);
    if (type == "application/json") json = quality_of(range);
  }
  return csv > 0 && csv > json;
}

Reply invoices_reply(const Log& log, const AccountId& account, const AsOf& as_of, Instant now, bool csv) {
  InvoiceWatch watch;
  const auto view = view_as_of(log, account, as_of, now, std::ref(watch));
  if (!view) return unknown_account(account, as_of.at || as_of.seq);
  const std::vector<DetailedLine> lines = watch.lines(view->state);
  Reply reply = json_reply(Status::ok, csv ? std::string() : invoices_json(view->state, view->moment, lines));
  if (csv) {
    reply.headers.front().second = csv_type;
    reply.body = invoices_csv(lines);
  }
  reply.headers.emplace_back("Vary", "Accept");
  return reply;
}

asio::awaitable<Reply> answer_invoices(const Regions& regions, Readers& readers, Instant now, Call call) {
  const auto account = account_argument(call);
  if (!account) co_return account.error();
  const auto as_of = as_of_parameters(call.target);
  if (!as_of) co_return bad_request(as_of.error());
  const auto format = call.target.parameter("format");
  if (format && *format != "csv" && *format != "json") {
    co_return bad_request(bad_parameter("format", "The formats are csv and json."));
  }
  const bool csv = format ? *format == "csv" : accepts_csv(call.header("Accept"));
  auto ask = [id = *account, as_of = *as_of, now, csv](RegionAtWork& region) {
    return invoices_reply(region.log, id, as_of, now, csv);
  };
  co_return co_await reply_from_home(regions, readers, *account, ask);
}

}  // namespace

void add_explain_routes(Router& router, const Regions& regions, Readers& readers, Clock clock) {
  router.add({.pattern = "/v1/accounts/{account}/explain",
              .method = Verb::get,
              .parameters = {"lot", "usage", "line", "period", "workflow", "model", "refusal", "as_of"},
              .bodies = {},
              .answer = [&](Call call) { return answer_explain(regions, readers, std::move(call)); }});
  router.add({.pattern = "/v1/accounts/{account}/usage/{usage}",
              .method = Verb::get,
              .parameters = {"as_of"},
              .bodies = {},
              .answer = [&](Call call) { return answer_receipt(regions, readers, std::move(call)); }});
  router.add({.pattern = "/v1/accounts/{account}/invoices",
              .method = Verb::get,
              .parameters = {"at", "as_of", "format"},
              .bodies = {},
              .answer = [&regions, &readers, clock = std::move(clock)](Call call) {
                return answer_invoices(regions, readers, clock(), std::move(call));
              }});
}

}  // namespace creditfold::service
