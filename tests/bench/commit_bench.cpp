// SPDX-License-Identifier: Apache-2.0
// How many commands become durable a second when each is a commit's own: commit_bench CALLERS ROUNDS SECONDS DIR.
//
// Ours is the service without HTTP: callers are coroutines on the service's number of threads, each handing one
// RecordUsage to the sequencer and waiting for its answer before the next. Theirs is the disk alone: a record appended
// to a file in the same directory, then fdatasync, one after the other. They take turns of SECONDS. Prints one JSON
// line.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "events/store/sqlite.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/sequencer.hpp"
#include "tests/bench/charges.hpp"
#include "tests/bench/disk_alone.hpp"
#include "tests/events/samples.hpp"

namespace creditfold {
namespace {

using test::seconds_since;
using test::Steady;

constexpr std::size_t accounts = 1'000;
constexpr Instant now{1'780'272'000'000'000};  // 2026-06-01T00:00:00Z, inside every account's term

std::string open_account(const std::string& account) {
  return R"({"command":"OpenAccount","account":")" + account +
         R"(","key":"open","at":"2026-01-01T00:00:00Z","environment":"commercial","region":"us"})";
}

std::string start_term(const std::string& account) {
  return R"({"command":"StartTerm","account":")" + account +
         R"(","key":"term","at":"2026-01-01T00:00:00Z","product":"ai_studio","plan":"plus","cadence":"monthly",)"
         R"("starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"})";
}

std::string charge(test::Random& random, std::size_t number) {
  static constexpr std::array models{"gpt-4o", "gpt-4o-mini", "claude-3-5-sonnet", "claude-3-5-haiku"};
  const std::string key = "usage-" + std::to_string(number);
  return R"({"command":"RecordUsage","account":"account-)" + std::to_string(random.below(accounts)) + R"(","key":")" +
         key + R"(","at":"2026-05-31T23:59:59Z","usage":")" + key + R"(","workflow":"workflow-)" +
         std::to_string(random.below(16)) + R"(","model":")" + models[random.index(models.size())] + R"(","query":)" +
         std::to_string(random.below(400)) + R"(,"input":)" + std::to_string(random.below(4'000)) + R"(,"output":)" +
         std::to_string(random.below(400)) + "}";
}

void require_accepted(const service::Processed& processed) {
  if (!processed) throw std::runtime_error(processed.error().what);
  for (const Answer& answer : *processed) {
    if (answer.refused || answer.replayed) throw std::runtime_error("a command was not accepted: " + to_json(answer));
  }
}

class Callers {
 public:
  Callers(service::Sequencer& sequencer, std::size_t callers) : sequencer_(sequencer), commits_(callers) {
    for (std::size_t i = 0; i < callers; ++i) randoms_.emplace_back(i + 1);
  }

  // Commits a second.
  double run(double seconds) {
    const Steady::time_point start = Steady::now();
    const auto end = start + std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
    boost::asio::io_context context;
    std::atomic<std::size_t> done{0};
    for (std::size_t i = 0; i < commits_.size(); ++i) {
      boost::asio::co_spawn(context, call(i, end, done), [this](const std::exception_ptr& error) {
        if (!error) return;
        const std::lock_guard lock(mutex_);
        error_ = error;
      });
    }
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < std::min(service::io_threads, commits_.size()); ++i) {
      threads.emplace_back([&context] { context.run(); });
    }
    context.run();
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
    return static_cast<double>(done) / seconds_since(start);
  }

  // Of every commit of every round, least first.
  [[nodiscard]] std::vector<double> seconds() const {
    std::vector<double> all;
    for (const std::vector<double>& each : commits_) all.insert(all.end(), each.begin(), each.end());
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  boost::asio::awaitable<void> call(std::size_t caller, Steady::time_point end, std::atomic<std::size_t>& done) {
    for (Steady::time_point start = Steady::now(); start < end; start = Steady::now()) {
      const std::string text = charge(randoms_[caller], numbers_++);
      std::vector<std::string_view> texts{text};
      const service::Processed processed = co_await sequencer_.process(std::move(texts));
      require_accepted(processed);
      commits_[caller].push_back(seconds_since(start));
      ++done;
    }
  }

  service::Sequencer& sequencer_;
  std::vector<std::vector<double>> commits_;  // seconds, by caller
  std::vector<test::Random> randoms_;
  std::atomic<std::size_t> numbers_{0};
  std::mutex mutex_;
  std::exception_ptr error_;  // of a caller
};

// The store without the service: one charge an append, from one thread. What it has over the callers is what the
// hand-over between threads, deciding and applying cost.
class LogAlone {
 public:
  explicit LogAlone(const std::filesystem::path& directory) : log_(open_sqlite({.directory = directory})) {}

  double run(double seconds) {
    const Steady::time_point start = Steady::now();
    std::size_t done = 0;
    for (; seconds_since(start) < seconds; ++done) {
      if (!log_->append(charges_.group(1))) throw std::runtime_error("a new key was refused");
    }
    return static_cast<double>(done) / seconds_since(start);
  }

 private:
  std::unique_ptr<SqliteLog> log_;
  test::Charges charges_{1, accounts};
};

std::string list(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ",") + std::to_string(value);
  return "[" + text + "]";
}

void open_accounts(service::Sequencer& sequencer, const Log& log) {
  for (std::size_t i = 0; i < accounts; ++i) {
    const std::string account = "account-" + std::to_string(i);
    const std::string open = open_account(account);
    const std::string term = start_term(account);
    std::promise<service::Processed> answered;
    sequencer.submit({open, term},
                     [&answered](service::Processed processed) { answered.set_value(std::move(processed)); });
    require_accepted(answered.get_future().get());
  }
  if (log.head() < static_cast<std::int64_t>(2 * accounts)) throw std::runtime_error("the accounts are not there");
}

void run(std::size_t callers, std::size_t rounds, double seconds, const std::filesystem::path& directory) {
  const std::unique_ptr<SqliteLog> log = open_sqlite({.directory = directory / "us", .region = RegionId("us")});
  service::Sequencer sequencer(*log, default_catalog(), [] { return now; }, {});
  sequencer.start({});
  open_accounts(sequencer, *log);
  const std::int64_t before = log->head();
  Callers load(sequencer, callers);
  test::DiskAlone end_of_file(directory / "growing", true);
  test::DiskAlone in_place(directory / "kept", false);
  LogAlone log_alone(directory / "alone");
  std::vector<double> growing;
  std::vector<double> ours;
  std::vector<double> kept;
  std::vector<double> alone;
  for (std::size_t i = 0; i < rounds; ++i) {
    growing.push_back(end_of_file.run(seconds));
    ours.push_back(load.run(seconds));
    kept.push_back(in_place.run(seconds));
    alone.push_back(log_alone.run(seconds));
  }
  sequencer.stop();
  const std::vector<double> commits = load.seconds();
  if (commits.empty() || log->head() - before < static_cast<std::int64_t>(commits.size())) {
    throw std::runtime_error("not every command is in the log");
  }
  std::cout << "{\"callers\":" << callers << ",\"commits\":" << commits.size() << ",\"ours\":" << list(ours)
            << ",\"fdatasync\":" << list(growing) << ",\"fdatasync_in_place\":" << list(kept)
            << ",\"log_alone\":" << list(alone) << ",\"p50_ms\":" << commits[commits.size() / 2] * 1e3
            << ",\"p99_ms\":" << commits[commits.size() * 99 / 100] * 1e3 << ",\"max_ms\":" << commits.back() * 1e3
            << "}\n";
}

}  // namespace
}  // namespace creditfold

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "commit_bench CALLERS ROUNDS SECONDS DIR\n";
    return 2;
  }
  try {
    creditfold::run(std::strtoul(argv[1], nullptr, 10), std::strtoul(argv[2], nullptr, 10),
                    std::strtod(argv[3], nullptr), argv[4]);
  } catch (const std::exception& error) {
    std::cerr << "commit_bench: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
