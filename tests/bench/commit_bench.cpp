// SPDX-License-Identifier: Apache-2.0
// How many commands become durable a second when each is a commit's own: commit_bench CALLERS ROUNDS SECONDS DIR.
//
// Ours commits through one thread, and through the service's sequencer with CALLERS in flight. Theirs is the disk
// alone: a record appended to a file in the same directory, then fdatasync, one after the other. They take turns of
// SECONDS. Prints one JSON line.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <span>
#include <stdexcept>
#include <thread>

#include "events/store/sqlite.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/sequencer.hpp"
#include "tests/bench/commands.hpp"
#include "tests/bench/disk_alone.hpp"

namespace creditfold {
namespace {

using test::seconds_since;
using test::Steady;

constexpr std::size_t accounts = 1'000;

void require_accepted(std::span<const Answer> answers) {
  for (const Answer& answer : answers) {
    if (answer.refused || answer.replayed) throw std::runtime_error("a command was not accepted: " + to_json(answer));
  }
}

// A partition with its accounts opened, and how many events it has then.
struct Opened {
  explicit Opened(const std::filesystem::path& directory)
      : log(open_sqlite({.directory = directory, .region = RegionId("us")})) {
    Engine engine(*log, default_catalog());
    for (std::size_t i = 0; i < accounts; ++i) {
      const std::string open = test::open_account(i);
      const std::string term = test::start_term(i);
      require_accepted(engine.process(std::array<std::string_view, 2>{open, term}, test::commands_now));
    }
    before = log->head();
  }

  std::unique_ptr<SqliteLog> log;
  std::int64_t before = 0;
};

// One thread and nothing between it and the log: what `creditfold apply` does with a command.
class OneThread {
 public:
  explicit OneThread(const std::filesystem::path& directory)
      : opened_(directory), engine_(*opened_.log, default_catalog()) {}

  // Commits a second.
  double run(double seconds) {
    const Steady::time_point start = Steady::now();
    const std::size_t before = commits_.size();
    while (seconds_since(start) < seconds) {
      const std::string text = test::record_usage(random_, commits_.size(), accounts);
      const Steady::time_point begun = Steady::now();
      require_accepted(engine_.process(std::array<std::string_view, 1>{text}, test::commands_now));
      commits_.push_back(seconds_since(begun));
    }
    return static_cast<double>(commits_.size() - before) / seconds_since(start);
  }
  [[nodiscard]] std::vector<double> commits() const { return commits_; }
  [[nodiscard]] std::int64_t stored() const { return opened_.log->head() - opened_.before; }

 private:
  Opened opened_;
  Engine engine_;
  test::Random random_{1};
  std::vector<double> commits_;  // seconds of each
};

// The service without HTTP: callers are coroutines on the service's number of threads, each handing one command to the
// sequencer and waiting for its answer before the next.
class Callers {
 public:
  Callers(const std::filesystem::path& directory, std::size_t callers)
      : opened_(directory),
        sequencer_(*opened_.log, default_catalog(), [] { return test::commands_now; }, {}),
        commits_(callers) {
    for (std::size_t i = 0; i < callers; ++i) randoms_.emplace_back(i + 1);
    sequencer_.start({});
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
  [[nodiscard]] std::vector<double> commits() const {
    std::vector<double> all;
    for (const std::vector<double>& each : commits_) all.insert(all.end(), each.begin(), each.end());
    return all;
  }
  [[nodiscard]] std::int64_t stored() const { return opened_.log->head() - opened_.before; }

 private:
  boost::asio::awaitable<void> call(std::size_t caller, Steady::time_point end, std::atomic<std::size_t>& done) {
    for (Steady::time_point start = Steady::now(); start < end; start = Steady::now()) {
      const std::string text = test::record_usage(randoms_[caller], numbers_++, accounts);
      std::vector<std::string_view> texts{text};
      const service::Processed processed = co_await sequencer_.process(std::move(texts));
      if (!processed) throw std::runtime_error(processed.error().what);
      require_accepted(*processed);
      commits_[caller].push_back(seconds_since(start));
      ++done;
    }
  }

  Opened opened_;
  service::Sequencer sequencer_;
  std::vector<std::vector<double>> commits_;  // seconds of each, by caller
  std::vector<test::Random> randoms_;
  std::atomic<std::size_t> numbers_{0};
  std::mutex mutex_;
  std::exception_ptr error_;  // of a caller
};

std::string list(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ",") + std::to_string(value);
  return "[" + text + "]";
}

template <class Side>
std::string told(const Side& side, const std::vector<double>& rates) {
  std::vector<double> commits = side.commits();
  if (commits.empty() || side.stored() < static_cast<std::int64_t>(commits.size())) {
    throw std::runtime_error("not every command is in the log");
  }
  std::sort(commits.begin(), commits.end());
  return "{\"commits\":" + std::to_string(commits.size()) + ",\"rates\":" + list(rates) +
         ",\"p50_ms\":" + std::to_string(commits[commits.size() / 2] * 1e3) +
         ",\"p99_ms\":" + std::to_string(commits[commits.size() * 99 / 100] * 1e3) +
         ",\"max_ms\":" + std::to_string(commits.back() * 1e3) + "}";
}

void run(std::size_t callers, std::size_t rounds, double seconds, const std::filesystem::path& directory) {
  OneThread one_thread(directory / "one_thread");
  Callers service(directory / "service", callers);
  test::DiskAlone end_of_file(directory / "growing", true);
  test::DiskAlone in_place(directory / "kept", false);
  std::vector<double> one_thread_rates;
  std::vector<double> service_rates;
  std::vector<double> growing;
  std::vector<double> kept;
  for (std::size_t i = 0; i < rounds; ++i) {
    one_thread_rates.push_back(one_thread.run(seconds));
    growing.push_back(end_of_file.run(seconds));
    service_rates.push_back(service.run(seconds));
    kept.push_back(in_place.run(seconds));
  }
  std::cout << "{\"callers\":" << callers << ",\"one_thread\":" << told(one_thread, one_thread_rates)
            << ",\"service\":" << told(service, service_rates) << ",\"fdatasync\":" << list(growing)
            << ",\"fdatasync_in_place\":" << list(kept) << "}\n";
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
