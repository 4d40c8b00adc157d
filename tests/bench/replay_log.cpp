// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/replay_log.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <string>

#include "events/segment.hpp"
#include "ledger/terms.hpp"
#include "tests/events/samples.hpp"

namespace creditfold::test {
namespace {

constexpr std::int64_t hour = 3'600'000'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t begins{1'767'225'600'000'000};  // 2026-01-01
constexpr std::int64_t year = 330 * day;  // all terms are in force a little longer, and most see their twelfth period
constexpr std::int64_t events_per_account_and_year = 1'000;
constexpr int periods = 12;
constexpr int start_days =
    30;  // terms start at midnight, on one of so many days before, so that some periods end every day
constexpr std::int64_t micro = 1'000'000;
constexpr std::size_t batches_per_segment = 1'000;

struct PlanOf {
  const char* name;
  std::int64_t allotment;
};
constexpr std::array<PlanOf, 2> plans{{{"plus", 600 * micro}, {"pro", 2'000 * micro}}};

struct Pool {
  std::int64_t granted = 0;  // in the newest period
  std::int64_t consumed = 0;
  std::int64_t uncovered = 0;
  std::uint8_t opened = 0;
  std::uint8_t closed = 0;
};
struct Account {
  std::uint32_t version = 0;
  std::uint8_t start_day = 0;
  std::array<Pool, plans.size()> pools;
};

// A batch in the making, kept until its segment is finished.
struct Made {
  PackedBatch packed;
  IdempotencyKey key;
  CommandDigest command;
  std::vector<Event> events;
};

class Maker {
 public:
  Maker(std::int64_t events, std::uint32_t accounts, std::size_t plans_each,
        const std::function<void(const ReplayRow&)>& row)
      : wanted_(events), plans_each_(plans_each), accounts_(accounts + std::size_t{1}), row_(row) {
    for (int d = 0; d < start_days; ++d) {
      Term term;
      term.starts_at = Instant{begins - (d + 1) * day};
      term.ends_at = add_months(term.starts_at, periods);
      for (int p = 1; p <= periods; ++p)
        bounds_[static_cast<std::size_t>(d)].push_back(terms::period_starts_at(term, p));
      bounds_[static_cast<std::size_t>(d)].push_back(term.ends_at);
    }
    for (int i = 0; i < replay_workflows; ++i) workflows_.emplace_back("workflow-" + std::to_string(i));
    for (int i = 0; i < replay_models; ++i) models_.emplace_back("model-" + std::to_string(i) + "-2025");
  }

  ReplayLog run() {
    set_up();
    log_.set_up_events = seq_;
    // The same number of events for each account and year, whatever the number of accounts; one in twenty is no charge.
    const std::int64_t step =
        year / events_per_account_and_year * 100 / 95 / static_cast<std::int64_t>(accounts_.size() - 1);
    now_ = begins + 12 * hour;
    std::int64_t ticked = begins / day + 1;
    const std::int64_t first = now_;
    for (std::int64_t n = 0; log_.events < wanted_; ++n) {
      now_ = first + n * step;
      if (now_ - hour >= ticked * day) close_due(ticked++ * day + hour);
      charge(1 + static_cast<std::uint32_t>(random_.index(accounts_.size() - 1)));
    }
    finish();
    return std::move(log_);
  }

 private:
  std::string uuid() {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text(36, '-');
    std::uint64_t bits = 0;
    int digit = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i == 8 || i == 13 || i == 18 || i == 23) continue;
      if (digit++ % 16 == 0) bits = random_.next();
      text[i] = hex[bits & 15];
      bits >>= 4;
    }
    return text;
  }
  Made& begin(std::uint32_t number) {
    Made& made = made_.emplace_back();
    made.packed.account = number;
    made.packed.previous = static_cast<std::int64_t>(log_.runs.size());
    made.packed.first_version = accounts_[number].version + std::int64_t{1};
    made.key = IdempotencyKey(uuid());
    made.command = command_digest_of(made.key.value);
    return made;
  }
  void add(Made& made, Payload payload, std::int64_t at, ReplayRow row = {}) {
    Event& event = made.events.emplace_back();
    event.version = ++accounts_[static_cast<std::size_t>(made.packed.account)].version;
    event.at = Instant{at};
    event.recorded_at = Instant{at + 1'000 + static_cast<std::int64_t>(random_.below(5'000))};
    event.payload = std::move(payload);
    ++seq_;
    if (!measured_) return;
    ++log_.events;
    row.account = static_cast<std::uint32_t>(made.packed.account);
    if (row_) row_(row);
  }
  void end(Made& made) {
    made.packed.events = static_cast<std::int64_t>(made.events.size());
    if (made_.size() >= batches_per_segment) finish();
  }
  void finish() {
    if (made_.empty()) return;
    for (const Made& made : made_) writer_.add(made.packed, made.key, made.command, made.events);
    ReplayLog::Run run{writer_.finish(), first_seq_};
    run.bytes.shrink_to_fit();
    if (measured_) log_.bytes += run.bytes.size();
    (measured_ ? log_.runs : log_.set_up).push_back(std::move(run));
    made_.clear();
    first_seq_ = seq_ + 1;
  }

  void set_up() {
    for (std::uint32_t number = 1; number < accounts_.size(); ++number) {
      Account& account = accounts_[number];
      account.start_day = static_cast<std::uint8_t>(random_.below(start_days));
      Made& made = begin(number);
      add(made, AccountOpened{.environment = Environment::commercial, .region = RegionId("us")}, begins);
      for (std::size_t p = 0; p < plans_each_; ++p) {
        TermStarted start;
        start.product = ProductId(terms::studio_product);
        start.starts_at = bounds_[account.start_day].front();
        start.ends_at = bounds_[account.start_day].back();
        start.ai_studio = PlanTerms{.plan = PlanId(plans[p].name),
                                    .cadence = Cadence::monthly,
                                    .allotment = Credits{plans[p].allotment},
                                    .increment = Credits{},
                                    .on_exhaustion = OnExhaustion::unlimited,
                                    .stop_at_percent = 100,
                                    .rate_card = RateCardId("2025-10")};
        add(made, start, begins);
        grant(made, account, p, LotKind::allotment, plans[p].allotment, 1, begins);
      }
      grant(made, account, 0, LotKind::promotion, 50 * micro, 2, begins);
      grant(made, account, 0, LotKind::correction, 5 * micro, 3, begins);
      end(made);
    }
    finish();
    measured_ = true;
  }
  void grant(Made& made, Account& account, std::size_t p, LotKind kind, std::int64_t credits, int number,
             std::int64_t at) {
    Pool& pool = account.pools[p];
    if (kind == LotKind::allotment)
      pool = {.granted = 0,
              .consumed = 0,
              .uncovered = 0,
              .opened = static_cast<std::uint8_t>(pool.opened + 1),
              .closed = pool.closed};
    pool.granted += credits;
    CreditsGranted fact;
    fact.plan = PlanId(plans[p].name);
    fact.lot = LotId(fact.plan.value + "/1/" + std::to_string(pool.opened) + "/" + std::to_string(number));
    fact.kind = kind;
    fact.credits = Credits{credits};
    fact.starts_at = bounds_[account.start_day][pool.opened - std::size_t{1}];
    fact.expires_at = bounds_[account.start_day][pool.opened];
    if (kind != LotKind::allotment) fact.reason = FreeText("goodwill");
    add(made, fact, at,
        {.plan = static_cast<std::uint8_t>(p), .period = pool.opened, .kind = 1, .credits = credits});
  }
  void open_begun(Made& made, Account& account, std::int64_t at) {
    for (std::size_t p = 0; p < plans_each_; ++p) {
      Pool& pool = account.pools[p];
      if (pool.opened == periods || at < bounds_[account.start_day][pool.opened].micros) continue;
      grant(made, account, p, LotKind::allotment, plans[p].allotment, 1, at);
    }
  }
  // What the hourly tick does for the accounts whose periods ended at this midnight.
  void close_due(std::int64_t at) {
    const std::int64_t midnight = at - hour;
    for (std::uint32_t number = 1; number < accounts_.size() && log_.events < wanted_; ++number) {
      Account& account = accounts_[number];
      const auto& bounds = bounds_[account.start_day];
      const Pool& first = account.pools[0];
      if (first.closed >= periods || bounds[first.closed + std::size_t{1}].micros != midnight) continue;
      Made& made = begin(number);
      std::array<Pool, plans.size()> ended = ended_of(number);
      const bool opens = account.pools[0].opened == account.pools[0].closed + 1;
      if (opens) {
        ended = account.pools;
        open_begun(made, account, at);
      }
      for (std::size_t p = 0; p < plans_each_; ++p) close(made, account, p, ended[p], at);
      end(made);
    }
    early_.clear();
  }
  void close(Made& made, Account& account, std::size_t p, const Pool& ended, std::int64_t at) {
    Pool& pool = account.pools[p];
    const auto period = static_cast<std::uint8_t>(pool.closed + 1);
    pool.closed = period;
    const std::int64_t expired = ended.granted - ended.consumed;
    add(made,
        PeriodClosed{.plan = PlanId(plans[p].name),
                     .term = 1,
                     .period = period,
                     .starts_at = bounds_[account.start_day][period - std::size_t{1}],
                     .ends_at = bounds_[account.start_day][period],
                     .granted = Credits{ended.granted},
                     .consumed = Credits{ended.consumed},
                     .expired = Credits{expired},
                     .uncovered = Credits{ended.uncovered},
                     .overage = std::nullopt,
                     .billing_name = std::nullopt},
        at, {.plan = static_cast<std::uint8_t>(p), .period = period, .kind = 2, .credits = expired});
  }
  void charge(std::uint32_t number) {
    Account& account = accounts_[number];
    Made& made = begin(number);
    const std::int64_t at = now_ / 1'000 * 1'000;
    const bool opened_here =
        account.pools[0].opened < periods && at >= bounds_[account.start_day][account.pools[0].opened].micros;
    if (opened_here) {
      early_.push_back({number, account.pools});
      open_begun(made, account, at);
    }
    const std::size_t p = random_.index(plans_each_);
    ReplayRow row{.plan = static_cast<std::uint8_t>(p), .period = account.pools[p].opened, .kind = 0};
    row.workflow = static_cast<std::uint8_t>(random_.below(replay_workflows));
    row.model = static_cast<std::uint8_t>(random_.below(replay_models));
    row.query = random_.chance(20) ? static_cast<std::uint32_t>(random_.below(200)) : 0;
    row.input = static_cast<std::uint32_t>(volume(14));
    row.output = static_cast<std::uint32_t>(volume(11));
    row.credits = row.query * std::int64_t{500} + row.input * std::int64_t{2'500} + row.output * std::int64_t{10'000};
    Pool& pool = account.pools[p];
    const std::int64_t covered = std::min(row.credits, pool.granted - pool.consumed);
    pool.consumed += covered;
    pool.uncovered += row.credits - covered;
    CreditsConsumed fact;
    fact.usage = UsageId(made.key.value);
    fact.plan = PlanId(plans[p].name);
    fact.workflow = workflows_[row.workflow];
    fact.model = models_[row.model];
    fact.query = Volume{row.query};
    fact.input = Volume{row.input};
    fact.output = Volume{row.output};
    fact.rate_card = RateCardId("2025-10");
    fact.credits = Credits{row.credits};
    add(made, std::move(fact), at, row);
    ++log_.charges;
    end(made);
  }
  std::int64_t volume(unsigned bits_max) {
    return static_cast<std::int64_t>(random_.below(std::uint64_t{1} << (4 + random_.below(bits_max - 3))));
  }
  // The pools as they were before their next period was opened by a charge within the hour.
  std::array<Pool, plans.size()> ended_of(std::uint32_t number) const {
    for (const auto& [account, pools] : early_) {
      if (account == number) return pools;
    }
    return accounts_[number].pools;
  }

  std::int64_t wanted_;
  std::size_t plans_each_;
  std::vector<Account> accounts_;
  const std::function<void(const ReplayRow&)>& row_;
  std::array<std::vector<Instant>, start_days> bounds_;
  std::vector<WorkflowId> workflows_;
  std::vector<ModelId> models_;
  std::vector<std::pair<std::uint32_t, std::array<Pool, plans.size()>>> early_;
  std::deque<Made> made_;
  SegmentWriter writer_;
  Random random_{42};
  ReplayLog log_;
  std::int64_t now_ = begins;
  std::int64_t seq_ = 0;
  std::int64_t first_seq_ = 1;
  bool measured_ = false;
};

}  // namespace

ReplayLog make_replay_log(std::int64_t events, std::uint32_t accounts, const std::function<void(const ReplayRow&)>& row,
                          std::size_t plans_each) {
  return Maker(events, accounts, std::min(std::max<std::size_t>(plans_each, 1), plans.size()), row).run();
}

}  // namespace creditfold::test
