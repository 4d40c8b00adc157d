// SPDX-License-Identifier: Apache-2.0
#include "events/store/partitions.hpp"

#include <set>
#include <system_error>

#include "events/store/files.hpp"
#include "events/store/flat_ledger.hpp"
#include "events/store/region_list.hpp"
#include "events/store/stream_digest.hpp"

namespace creditfold {
namespace {

constexpr auto always = [] { return true; };

// A directory that may not be read is no directory without ledgers.
void require_readable(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::directory_iterator entries(directory, error);
  if (error && error != std::errc::no_such_file_or_directory) throw_unavailable(directory, error);
}

bool arrived_from(const Partition& to, const Partition& from, const AccountId& account) {
  const std::optional<Arrival> arrival = to.arrival_of(account);
  return arrival && arrival->from == from.region() &&
         digest_of_stream(from, account, arrival->copied.events + 1) == arrival->copied;
}

}  // namespace

Partition& left_behind(Partition& a, Partition& b, const AccountId& account) {
  if (arrived_from(b, a, account)) return a;
  if (arrived_from(a, b, account)) return b;
  throw Fault(Fault::Kind::damaged, "account " + account.value + " lives in " + a.region().value + " and in " +
                                        b.region().value + ", and neither is a copy of the other");
}

SqlitePartitions::SqlitePartitions(const std::filesystem::path& directory, bool read_only,
                                   RegionIndexFailed index_failed)
    : directory_(directory), read_only_(read_only), index_failed_(std::move(index_failed)) {
  if (read_only_) {
    require_readable(directory_);
    if (has_flat_ledger(directory_)) {
      throw Fault(Fault::Kind::unsupported_format,
                  (directory_ / ledger_file).string() +
                      ": lies there as it did before regions had folders of their own; serve or apply moves it");
    }
  } else {
    make_private_directory(directory_);
    lock_ = std::make_unique<DirectoryLock>(directory_);
    adopt_flat_ledger(directory_);
  }
  open_all();
  if (!read_only_) finish_moves();
  const bool nothing = read_only_ && logs_.empty() && !is_there(directory_ / "lock");
  if (nothing) throw Fault(Fault::Kind::unavailable, directory_.string() + ": there is no ledger here");
}

void SqlitePartitions::open_all() {
  const auto listed = read_region_list(directory_);  // before the folders: what is listed is there already
  for (const RegionId& region : listed.value_or(std::set<RegionId>{})) require_ledger(directory_, region);
  for (const RegionId& region : regions_found(directory_)) {
    const std::filesystem::path folder = directory_ / region.value;
    if (read_only_ && is_only_begun(folder / ledger_file)) continue;
    logs_.emplace(region, open_one(folder, region));
  }
  if (read_only_) return;
  if (!listed) require_destinations();
  if (listed.value_or(std::set<RegionId>{}) != names()) write_region_list(directory_, names());
}

// A directory that has no list yet: at least where its accounts went has to be there before one is made.
void SqlitePartitions::require_destinations() const {
  for (const auto& [region, log] : logs_) {
    for (const Tombstone& tombstone : log->tombstones()) {
      if (logs_.count(tombstone.to) > 0 || home_of(tombstone.account) != nullptr) continue;
      throw Fault(Fault::Kind::unavailable, "account " + tombstone.account.value + " left " + region.value + " for " +
                                                tombstone.to.value + ", and there is no ledger in " +
                                                (directory_ / tombstone.to.value).string() +
                                                "; its folder may not be mounted. To go on without it for good, list the regions that are left in " +
                                                (directory_ / region_list_file).string());
    }
  }
}

std::set<RegionId> SqlitePartitions::names() const {
  std::set<RegionId> names;
  for (const auto& [region, log] : logs_) names.insert(region);
  return names;
}

std::unique_ptr<SqliteLog> SqlitePartitions::open_one(const std::filesystem::path& directory,
                                                      const RegionId& region) const {
  SqliteOptions options{directory, read_only_, region, true};
  if (index_failed_) {
    options.index.failed = [failed = index_failed_, region](const std::string& what) { failed(region, what); };
  }
  return open_sqlite(options);
}

// RES-1: a copy that was not admitted is dropped, one that was is buried where it came from, and what is buried is
// erased.
void SqlitePartitions::finish_moves() {
  std::map<AccountId, SqliteLog*> homes;
  for (const auto& [region, log] : logs_) {
    log->drop_staged();
    for (const AccountId& account : log->accounts()) {
      const auto [home, alone] = homes.emplace(account, log.get());
      if (alone) continue;
      Partition& left = left_behind(*home->second, *log, account);
      if (&left == home->second) home->second = log.get();
      const Arrival arrival = home->second->arrival_of(account).value_or(Arrival{});
      left.bury({account, home->second->region(), arrival.copied, arrival.at, false});
    }
  }
  for (const auto& [region, log] : logs_) static_cast<void>(log->erase_buried(always));
}

std::vector<RegionId> SqlitePartitions::regions() const {
  const std::lock_guard lock(mutex_);
  const std::set<RegionId> all = names();
  return {all.begin(), all.end()};
}

SqliteLog* SqlitePartitions::find(const RegionId& region) const {
  const std::lock_guard lock(mutex_);
  const auto found = logs_.find(region);
  return found == logs_.end() ? nullptr : found->second.get();
}

SqliteLog& SqlitePartitions::open(const RegionId& region) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<SqliteLog>& log = logs_[region];
  if (log) return *log;
  try {
    if (!is_region_name(region.value)) {
      throw Fault(Fault::Kind::unavailable, "region " + region.value + ": its name is no name for a folder");
    }
    log = open_one(directory_ / region.value, region);
    if (!read_only_) write_region_list(directory_, names());  // before an account is opened there
    return *log;
  } catch (...) {
    logs_.erase(region);
    throw;
  }
}

void SqlitePartitions::set_lock_text(const std::string& text) {
  if (lock_) lock_->set_text(text);
}

void SqlitePartitions::check_structure() const {
  for (const RegionId& region : regions()) find(region)->check_structure();
}

SqliteLog* SqlitePartitions::home_of(const AccountId& account) const {
  SqliteLog* home = nullptr;
  for (const RegionId& region : regions()) {
    SqliteLog* const log = find(region);
    bool here = false;
    log->read_account(account, 0, -1, [&](Event&&) {
      here = true;
      return false;
    });
    if (!here) continue;
    if (home == nullptr || &left_behind(*home, *log, account) == home) home = log;
  }
  return home;
}

std::vector<AccountId> SqlitePartitions::unburied(const RegionId& region) const {
  SqliteLog* const log = find(region);
  std::vector<AccountId> found;
  if (log == nullptr) return found;
  std::set<AccountId> elsewhere;
  for (const RegionId& other : regions()) {
    if (other == region) continue;
    for (AccountId& account : find(other)->accounts()) elsewhere.insert(std::move(account));
  }
  if (elsewhere.empty()) return found;
  for (AccountId& account : log->accounts()) {
    if (elsewhere.count(account) > 0 && home_of(account) != log) found.push_back(std::move(account));
  }
  return found;
}

std::int64_t SqlitePartitions::moves() const {
  std::int64_t count = 0;
  for (const RegionId& region : regions()) count += find(region)->moves();
  return count;
}

}  // namespace creditfold
