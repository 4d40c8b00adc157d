// SPDX-License-Identifier: Apache-2.0
#include "ledger/demo.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>

#include "ledger/engine.hpp"
#include "ledger/json.hpp"

namespace creditfold {
namespace {

// When things happened, in days before today. Basic came first, Pro a week later; its first quarter is closed and its
// second is about four weeks old.
constexpr std::int64_t opened_days_ago = 125;
constexpr std::int64_t pro_days_ago = 118;
constexpr std::int64_t pack_days_ago = 6;
constexpr std::int64_t seats_days_ago = 33;

// Credits used on an average day under Pro: it has grown ever since.
constexpr std::int64_t daily_at_first = 36'000;
constexpr std::int64_t daily_now = 78'000;
// Under Basic, and what a job that was left on Basic uses later.
constexpr std::int64_t daily_on_basic = 1'100;

// Percent of an average day, and how many charges it has; from Monday.
struct Weekday {
  std::int64_t percent;
  std::int64_t charges;
};
constexpr std::array<Weekday, 7> weekdays{{{120, 20}, {135, 21}, {130, 21}, {125, 20}, {115, 18}, {45, 8}, {30, 6}}};
// How busy each hour of a day is.
constexpr std::array<std::int64_t, 24> hours{1, 1,  1,  1,  1, 2, 4, 7, 11, 13, 12, 9,
                                             8, 10, 12, 11, 9, 6, 4, 3, 2,  2,  1,  1};

struct Workflow {
  std::string_view id;
  std::int64_t weight;
  std::array<std::string_view, 4> models;  // the first is the usual one
  std::int64_t output_percent;             // of the cost
};
constexpr std::array<Workflow, 5> workflows{{
    {"request-triage", 34, {"gpt-4o-mini", "gpt-4o-mini", "gpt-4o", "claude-3-5-haiku"}, 25},
    {"brief-summaries", 24, {"gpt-4o", "gpt-4o", "claude-3-5-sonnet", "gpt-4o-mini"}, 45},
    {"launch-risk-review", 12, {"claude-3-5-sonnet", "claude-3-5-sonnet", "claude-3-opus", "gpt-4o"}, 35},
    {"support-routing", 20, {"claude-3-5-haiku", "claude-3-5-haiku", "gpt-4o-mini", "gpt-4o"}, 20},
    {"weekly-status", 10, {"gpt-4o", "claude-3-5-sonnet", "gpt-4o", "gpt-4o-mini"}, 60},
}};

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::int64_t below(std::int64_t n) {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    z ^= z >> 31;
    return static_cast<std::int64_t>(z % static_cast<std::uint64_t>(n));
  }

 private:
  std::uint64_t state_;
};

struct TokenVolumes {
  std::int64_t query = 0;
  std::int64_t input = 0;
  std::int64_t output = 0;
};

class History {
 public:
  History(const Catalog& catalog, Instant now)
      : catalog_(catalog), now_(now), today_{now.micros - floor_mod(now.micros, day)} {}

  std::vector<std::string> write() {
    opening();
    for (std::int64_t ago = opened_days_ago; ago >= 0; --ago) one_day(ago);
    authorizations();
    extras();
    seats();
    closes();
    std::vector<std::string> texts;
    for (const auto& [when, rest] : sent_) {
      if (when > now_) break;
      const std::string key = "demo:" + std::to_string(texts.size() + 1);
      texts.push_back(R"({"account":"demo","key":")" + key + R"(",)" + rest + "}");
    }
    return texts;
  }

 private:
  static constexpr std::int64_t second = 1'000'000;
  static constexpr std::int64_t minute = 60 * second;
  static constexpr std::int64_t hour = 60 * minute;
  static constexpr std::int64_t day = 24 * hour;

  static std::int64_t floor_mod(std::int64_t a, std::int64_t n) { return ((a % n) + n) % n; }
  [[nodiscard]] Instant days_ago(std::int64_t days, std::int64_t micros = 0) const {
    return {today_.micros - days * day + micros};
  }
  [[nodiscard]] Instant basic_start() const { return days_ago(opened_days_ago); }
  [[nodiscard]] Instant pro_start() const { return days_ago(pro_days_ago); }

  void send(Instant when, Instant at, std::string_view command, const std::string& fields) {
    std::string rest = R"("command":")" + std::string(command) + R"(","at":")" + to_text(at) + '"';
    if (!fields.empty()) rest += ',' + fields;
    sent_.emplace(when, std::move(rest));
  }
  void send(Instant at, std::string_view command, const std::string& fields) { send(at, at, command, fields); }

  void opening() {
    send(basic_start(), "OpenAccount", R"("environment":"commercial","region":"us")");
    send(basic_start(), "StartTerm", studio_term("basic", "monthly", basic_start()));
    send(pro_start(), "StartTerm", studio_term("pro", "quarterly", pro_start()));
  }
  static std::string studio_term(std::string_view plan, std::string_view cadence, Instant start) {
    return R"("product":"ai_studio","plan":")" + std::string(plan) + R"(","cadence":")" + std::string(cadence) +
           R"(","starts_at":")" + to_text(start) + R"(","ends_at":")" + to_text(add_months(start, 12)) + '"';
  }

  // A day's charges: how many and how large by the weekday, when by the hour.
  void one_day(std::int64_t ago) {
    const std::int64_t number = days_ago(ago).micros / day;
    const Weekday& weekday = weekdays.at(static_cast<std::size_t>(floor_mod(number + 3, 7)));  // 1970-01-01: Thursday
    if (ago > pro_days_ago) return basic_charges(ago, 9);
    const std::int64_t passed = pro_days_ago - ago;
    const std::int64_t average = daily_at_first + (daily_now - daily_at_first) * passed / pro_days_ago;
    const std::int64_t share = average * weekday.percent / 100 / weekday.charges;
    for (std::int64_t i = 0; i < weekday.charges; ++i) {
      const Workflow& workflow = some_workflow();
      charge(some_moment(ago), workflow, share * (60 + dice_.below(81)) / 100, "");
    }
    if (ago > 40 && weekday.percent > 100) basic_charges(ago, 1);
  }
  void basic_charges(std::int64_t ago, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t cost = daily_on_basic * (70 + dice_.below(61)) / 100 / std::min<std::int64_t>(count, 3);
      charge(some_moment(ago), workflows[0], cost, R"(,"plan":"basic")");
    }
  }

  const Workflow& some_workflow() {
    std::int64_t left = dice_.below(100);
    for (const Workflow& workflow : workflows) {
      if (left < workflow.weight) return workflow;
      left -= workflow.weight;
    }
    return workflows.front();
  }
  Instant some_moment(std::int64_t ago) {
    std::int64_t left = dice_.below(132);  // the sum of `hours`
    std::int64_t at = 0;
    while (left >= hours.at(static_cast<std::size_t>(at))) left -= hours.at(static_cast<std::size_t>(at++));
    return days_ago(ago, at * hour + dice_.below(3600) * second);
  }

  // Volumes that cost about `credits` with this model.
  TokenVolumes volumes(std::string_view model_id, std::int64_t credits, std::int64_t output_percent) {
    const Model* model = catalog_.model(RateCardId("2025-10"), ModelId(model_id));
    const auto tokens = [](std::int64_t part, Rate rate) {
      const std::int64_t per_million = std::max<std::int64_t>(rate.micro_per_million / micro_per_credit, 1);
      return part * 1'000'000 / per_million;
    };
    const std::int64_t query = 200 + dice_.below(700);
    if (model == nullptr) return {query, 1'000, 100};
    return {query, tokens(credits * (100 - output_percent) / 100, model->input),
            tokens(credits * output_percent / 100, model->output)};
  }
  std::string usage_fields(const Workflow& workflow, std::string_view model, const TokenVolumes& volume) {
    return R"("workflow":")" + std::string(workflow.id) + R"(","model":")" + std::string(model) + R"(","query":)" +
           std::to_string(volume.query) + R"(,"input":)" + std::to_string(volume.input) + R"(,"output":)" +
           std::to_string(volume.output);
  }
  void charge(Instant at, const Workflow& workflow, std::int64_t credits, const std::string& more) {
    const std::string_view model = workflow.models.at(static_cast<std::size_t>(dice_.below(4)));
    const std::string fields = usage_fields(workflow, model, volumes(model, credits, workflow.output_percent));
    send(at, "RecordUsage",
         R"("usage":"run-)" + std::to_string(++usages_) + R"(",)" + fields + R"(,"actor":"u-)" +
             std::to_string(101 + dice_.below(6)) + '"' + more);
  }

  // Larger jobs ask beforehand: most are settled, some run out of time, one is called off, one is still going on.
  void authorizations() {
    for (std::int64_t n = 1; n <= 9; ++n) {
      const Instant asked = days_ago(100 - n * 10, 13 * hour + n * 7 * minute);
      const bool settled = n % 4 != 0;
      authorize(asked, n, 6'000 + n * 900, settled);
      if (n == 8) send({asked.micros + 9 * minute}, "ReleaseAuthorization", R"("authorization":"job-8")");
    }
    authorize({now_.micros - 4 * minute}, 10, 18'000, false);
  }
  void authorize(Instant asked, std::int64_t number, std::int64_t credits, bool settled) {
    const Workflow& workflow = workflows[2];
    const std::string_view model = workflow.models[0];
    TokenVolumes volume = volumes(model, credits, workflow.output_percent);
    const std::string id = "job-" + std::to_string(number);
    send(asked, "AuthorizeUsage",
         R"("authorization":")" + id + R"(",)" + usage_fields(workflow, model, volume) + R"(,"expires_at":")" +
             to_text(Instant{asked.micros + 30 * minute}) + '"');
    if (!settled) return;
    volume.output = volume.output * 8 / 10;
    send({asked.micros + 11 * minute}, "RecordUsage",
         R"("usage":")" + id + R"(",)" + usage_fields(workflow, model, volume) + R"(,"settles":")" + id + '"');
  }

  void extras() {
    send(days_ago(pro_days_ago - 2, 10 * hour), "GrantCredits",
         R"("plan":"pro","credits":"250000","kind":"promotion","period":1,"reason":"Welcome to Pro")");
    send(days_ago(pack_days_ago, 9 * hour), "PurchaseCredits",
         R"("plan":"pro","credits":"1000000","periods":{"first":2,"last":2})");
    // Basic ends with the period that runs when it is given up.
    const Instant given_up = {add_months(basic_start(), 2).micros + 9 * day};
    send(given_up, "EndTerm",
         R"("product":"ai_studio","plan":"basic","ends_at":")" + to_text(add_months(basic_start(), 3)) + '"');
    // A report that came in after its quarter was closed.
    const Instant quarter = add_months(pro_start(), 3);
    const Workflow& workflow = workflows[4];
    const std::string fields = usage_fields(workflow, "gpt-4o", volumes("gpt-4o", 2'400, workflow.output_percent));
    send({quarter.micros + 5 * hour}, {quarter.micros - 2 * hour}, "RecordUsage",
         R"("usage":"run-late",)" + fields + R"(,"memo":"The connector was offline")");
  }

  // Enterprise and its keys, billed together; more seats since. Where the catalog sells seats at all.
  void seats() {
    const Product* enterprise = catalog_.product(ProductId("enterprise"));
    const Product* ekm = catalog_.product(ProductId("ekm"));
    if (enterprise == nullptr || !enterprise->seat_price || ekm == nullptr || !ekm->parity_with) return;
    send(basic_start(), "StartTerm",
         R"("product":"enterprise","starts_at":")" + to_text(basic_start()) + R"(","ends_at":")" +
             to_text(add_months(basic_start(), 12)) + R"(","seats":120)");
    send(days_ago(pro_days_ago, 9 * hour), "AddProduct", R"("product":"ekm")");
    send(days_ago(seats_days_ago, 11 * hour), "ChangeSeats", R"("product":"enterprise","seats":135)");
  }

  // An hour after each period's end, as the service does it.
  void closes() {
    for (std::int64_t n = 1; n <= 3; ++n) send({add_months(basic_start(), n).micros + hour}, "ClosePeriods", "");
    send({add_months(pro_start(), 3).micros + hour}, "ClosePeriods", "");
  }

  const Catalog& catalog_;
  Instant now_;
  Instant today_;
  Dice dice_{20251007};
  std::multimap<Instant, std::string> sent_;  // the rest of each command's JSON, by when it is sent
  std::int64_t usages_ = 0;
};

}  // namespace

std::vector<std::string> demo_commands(const Catalog& catalog, Instant now) { return History(catalog, now).write(); }

void fill_demo(Log& log, const Catalog& catalog, Instant now) {
  Engine engine(log, catalog);
  const std::vector<std::string> commands = demo_commands(catalog, now);
  const std::vector<std::string_view> texts(commands.begin(), commands.end());
  for (std::size_t first = 0; first < texts.size(); first += commands_per_group_max) {
    const std::size_t count = std::min(commands_per_group_max, texts.size() - first);
    for (const Answer& answer : engine.process(std::span(texts).subspan(first, count), now)) {
      if (!answer.refused) continue;
      throw Fault(Fault::Kind::unavailable, "the demo does not fit this catalog: " + answer.refused->message);
    }
  }
}

}  // namespace creditfold
