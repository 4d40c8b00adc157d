// SPDX-License-Identifier: Apache-2.0
#include "events/store/flat_ledger.hpp"

#include <map>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "events/store/files.hpp"
#include "events/store/sqlite.hpp"
#include "events/store/stream_digest.hpp"

namespace creditfold {
namespace {

// No region has this name: where folders are made until all of them are whole.
constexpr const char* making = "regions.new";

using Homes = std::map<AccountId, RegionId>;

// An account lives in the region it was opened in: nothing could migrate yet.
Homes homes_in(const SqliteLog& log) {
  Homes homes;
  for (const AccountId& account : log.accounts()) {
    log.read_account(account, 0, -1, [&](Event&& event) {
      if (const auto* opened = std::get_if<AccountOpened>(&event.payload)) homes.emplace(account, opened->region);
      return false;
    });
  }
  return homes;
}

// One region's part of the ledger on its way into a log of its own, in the order of acceptance.
class Part {
 public:
  Part(const std::filesystem::path& folder, const RegionId& region)
      : log_(open_sqlite({.directory = folder, .read_only = false, .region = region, .locked = true})) {}

  void take(const AccountId& account, StoredBatch&& batch) {
    events_ += batch.events.size();
    std::int64_t& version = versions_[account];
    batches_.push_back({account, version, batch.key, batch.command, std::move(batch.events)});
    version += batch.count;
    if (events_ >= events_per_piece_max) flush();
  }
  void flush() {
    if (batches_.empty()) return;
    const auto appended = log_->append(batches_);
    if (!appended) throw Fault(Fault::Kind::damaged, "the ledger of the layout before: " + appended.error().what);
    batches_.clear();
    events_ = 0;
  }
  [[nodiscard]] const SqliteLog& log() const { return *log_; }

 private:
  std::unique_ptr<SqliteLog> log_;
  std::map<AccountId, std::int64_t> versions_;
  std::vector<Batch> batches_;
  std::size_t events_ = 0;
};

void copy_apart(const SqliteLog& flat, const Homes& homes, const std::filesystem::path& into) {
  std::map<RegionId, Part> parts;
  for (const auto& [account, region] : homes) {
    if (!is_region_name(region.value)) {
      throw Fault(Fault::Kind::unavailable, "region " + region.value + ": its name is no name for a folder");
    }
    if (parts.count(region) == 0) parts.try_emplace(region, into / region.value, region);
  }
  flat.read_batches([&](const AccountId& account, StoredBatch&& batch) {
    parts.at(homes.at(account)).take(account, std::move(batch));
    return true;
  });
  for (auto& [region, part] : parts) part.flush();
  for (const auto& [account, region] : homes) {
    const Log& copy = parts.at(region).log();
    std::int64_t version = 0;
    flat.read_account(account, 0, -1, [&](Event&& event) {
      version = event.version;
      return true;
    });
    if (digest_of_stream(copy, account, version + 1) == digest_of_stream(flat, account, version + 1)) continue;
    throw Fault(Fault::Kind::damaged,
                "account " + account.value + ": its copy for region " + region.value + " is another");
  }
}

void move_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error) throw Fault(Fault::Kind::unavailable, from.string() + ": cannot be moved: " + error.message());
}

// All folders are whole and the old ledger is among them: from here on only names change.
void put_in_place(const std::filesystem::path& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory / making)) {
    if (!entry.is_directory()) continue;
    const std::filesystem::path folder = directory / entry.path().filename();
    if (!is_there(entry.path() / ledger_file)) continue;  // put there before a process ended
    if (is_there(folder / ledger_file)) {
      throw Fault(Fault::Kind::damaged, (entry.path() / ledger_file).string() + ": another lies where it belongs");
    }
    make_private_directory(folder);
    move_file(entry.path() / ledger_file, folder / ledger_file);
    sync_directory(folder);
  }
  sync_directory(directory);
  std::filesystem::remove_all(directory / making);
  sync_directory(directory);
}

// Somebody who reads a ledger keeps its write-ahead log, which may hold what the database does not yet.
void require_alone(const std::filesystem::path& ledger) {
  const std::filesystem::path wal = ledger.string() + "-wal";
  std::error_code error;
  if (is_there(wal) && std::filesystem::file_size(wal, error) > 0) {
    throw Fault(Fault::Kind::busy, ledger.string() + ": somebody is reading it; it is moved once nobody does");
  }
}

}  // namespace

bool has_flat_ledger(const std::filesystem::path& directory) {
  return is_there(directory / ledger_file) || is_there(directory / making);
}

void adopt_flat_ledger(const std::filesystem::path& directory) {
  const std::filesystem::path flat = directory / ledger_file;
  const std::filesystem::path parts = directory / making;
  if (!is_there(flat)) {
    if (is_there(parts)) put_in_place(directory);
    return;
  }
  std::filesystem::remove_all(parts);  // of a process that did not finish
  Homes homes;
  {
    const auto log = open_sqlite({.directory = directory, .read_only = false, .region = {}, .locked = true});
    homes = homes_in(*log);
    for (const auto& [account, region] : homes) {
      if (!is_there(directory / region.value / ledger_file)) continue;
      throw Fault(Fault::Kind::damaged,
                  flat.string() + ": lies beside " + (directory / region.value / ledger_file).string());
    }
    make_private_directory(parts);
    copy_apart(*log, homes, parts);
  }
  require_alone(flat);
  for (const auto& entry : std::filesystem::directory_iterator(parts)) {
    require_alone(entry.path() / ledger_file);
    sync_directory(entry.path());
  }
  move_file(flat, parts / ledger_file);  // the moment from which the folders are the ledger
  sync_directory(parts);
  sync_directory(directory);
  std::error_code gone;
  for (const char* beside : {"-wal", "-shm"}) std::filesystem::remove(flat.string() + beside, gone);
  put_in_place(directory);
}

}  // namespace creditfold
