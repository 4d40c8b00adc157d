// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/regions.hpp"

#include <algorithm>
#include <utility>

#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

RegionAtWork::RegionAtWork(RegionId name, Partition& log_, const Catalog& catalog, const Clock& clock,
                           Sequencer::Custody custody, const Signing& signing,
                           const asio::any_io_executor& executor, std::int64_t close_delay_micros)
    : region(std::move(name)),
      log(log_),
      sequencer(log_, catalog, clock, custody),
      hub(sequencer.with_book([](const Book& book) { return book.seq(); })),
      scheduler(executor, sequencer, clock, close_delay_micros),
      checkpointer(executor, log_, sequencer, signing, clock),
      books(log_, sequencer.kept_through()) {
  scheduler.on_close([this] { checkpointer.make_soon(); });
}

Regions::Regions(Partitions& partitions, const Catalog& catalog, Clock clock, Sequencer::Custody custody,
                 const Signing& signing, const asio::any_io_executor& executor,
                 std::int64_t close_delay_micros)
    : partitions_(partitions),
      catalog_(catalog),
      clock_(std::move(clock)),
      custody_(custody),
      signing_(signing),
      executor_(executor),
      close_delay_micros_(close_delay_micros),
      routes_(partitions),
      dispatch_(routes_, catalog) {
  for (const RegionId& region : partitions.regions()) open(region);
}

Regions::~Regions() { stop(); }

void Regions::start() {
  const std::lock_guard lock(mutex_);
  started_ = true;
  for (const auto& [name, region] : regions_) begin(*region);
  migrator_ = std::thread([this] { run_migrations(); });
}

void Regions::begin(RegionAtWork& region) {
  region.sequencer.with_book([&](const Book& book) {
    region.scheduler.start(book);
    region.books.grown(book);
  });
  region.sequencer.start([this, &region](const Book& book, const std::set<AccountId>& touched) {
    for (const AccountId& account : touched) {
      if (book.find(account) != nullptr) routes_.confirm(account);
    }
    region.scheduler.accounts_changed(book, touched);
    region.hub.publish(book.seq());
    region.books.grown(book);
  });
  region.checkpointer.start();
}

void Regions::stop_streams() {
  {
    const std::lock_guard lock(migrations_mutex_);
    stopping_.store(true);
  }
  migrations_changed_.notify_all();
  for (RegionAtWork* region : all()) region->hub.stop();
}

void Regions::stop() {
  stop_streams();
  if (migrator_.joinable()) migrator_.join();
  const std::vector<RegionAtWork*> regions = all();
  for (RegionAtWork* region : regions) region->scheduler.stop();
  for (RegionAtWork* region : regions) region->checkpointer.stop();
  for (RegionAtWork* region : regions) region->sequencer.stop();
  for (RegionAtWork* region : regions) region->books.stop();
  if (!started_ || std::exchange(finished_, true)) return;
  for (RegionAtWork* region : regions) {
    region->checkpointer.finish();
    region->sequencer.with_book([&](const Book& book) { region->books.finish(book); });
  }
}

RegionAtWork& Regions::at_work(const RegionId& region) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<RegionAtWork>& at_work = regions_[region];
  if (at_work) return *at_work;
  try {
    Partition& log = partitions_.open(region);
    at_work = std::make_unique<RegionAtWork>(region, log, catalog_, clock_, custody_, signing_, executor_,
                                             close_delay_micros_);
  } catch (...) {
    regions_.erase(region);
    throw;
  }
  at_work->sequencer.set_opens_here(
      [this, region](const AccountId& account) { return routes_.find(account) == region; });
  if (started_) begin(*at_work);
  return *at_work;
}

std::vector<RegionAtWork*> Regions::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<RegionAtWork*> all;
  for (const auto& [name, region] : regions_) all.push_back(region.get());
  return all;
}

RegionAtWork* Regions::find(const RegionId& region) const {
  const std::lock_guard lock(mutex_);
  const auto found = regions_.find(region);
  return found == regions_.end() ? nullptr : found->second.get();
}

RegionAtWork* Regions::home_of(const AccountId& account) const {
  const auto home = routes_.find(account);
  return home ? find(*home) : nullptr;
}

std::optional<RegionId> Regions::only_region() const {
  const std::lock_guard lock(mutex_);
  return regions_.size() == 1 ? std::optional(regions_.begin()->first) : std::nullopt;
}

bool Regions::ready() const {
  for (const RegionAtWork* region : all()) {
    if (!region->sequencer.ready()) return false;
  }
  return !stopping_.load();
}

void Regions::look_at_clock() {
  for (RegionAtWork* region : all()) region->scheduler.look_at_clock();
}

void Regions::in_turn(const RegionId& region, const std::function<void(Turn&)>& action) {
  at_work(region).sequencer.in_turn(action);
}

// Migrations one after the other: two of them could wait for each other's writers for ever.
void Regions::run_migrations() {
  for (;;) {
    std::unique_lock lock(migrations_mutex_);
    migrations_changed_.wait(lock, [this] { return stopping_.load() || !migrations_.empty(); });
    if (migrations_.empty()) return;
    const Waiting waiting = std::move(migrations_.front());
    migrations_.pop_front();
    lock.unlock();
    Processed processed = run_migration(waiting);
    lock.lock();
    const AccountId& account = waiting.command.command.account;
    const bool more = std::any_of(migrations_.begin(), migrations_.end(), [&](const Waiting& other) {
      return other.command.command.account == account;
    });
    if (!more) migrating_.erase(account);
    lock.unlock();
    waiting.done(std::move(processed));
  }
}

Processed Regions::run_migration(const Waiting& waiting) {
  const std::string account = waiting.command.command.account.value;
  if (stopping_.load()) return Unexpected{Unprocessed{Unprocessed::Why::stopping, "The service is stopping."}};
  const MigrationRun run{
      .writers = *this,
      .routes = routes_,
      .partitions = partitions_,
      .clock = clock_,
      .go_on = [this] { return !stopping_.load(); },
      .told = [&](MigrationStep step) {
        log_line(Severity::debug, "a migration", {{"account", account}, {"step", std::string(to_name(step))}});
      },
      .left_over = [&](const std::string& what) {
        log_line(Severity::warning, "a migration left something for later", {{"account", account}, {"what", what}});
      }};
  try {
    std::vector<Answer> answers;
    answers.push_back(migrate(run, waiting.command, waiting.text));
    return answers;
  } catch (const Fault& fault) {
    log_line(Severity::error, "a migration failed", {{"account", account}, {"what", fault.what()}});
    return Unexpected{to_unprocessed(fault)};
  } catch (const std::exception& error) {
    log_line(Severity::error, "a migration failed", {{"account", account}, {"what", error.what()}});
    return Unexpected{Unprocessed{Unprocessed::Why::internal, error.what()}};
  }
}

}  // namespace creditfold::service
