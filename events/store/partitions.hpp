// SPDX-License-Identifier: Apache-2.0
// A data directory: a folder and a ledger for each region that accounts live in, and one lock over all of them. Whoever
// opens it to write finishes what a process that ended left in the middle of a move (RES-1).
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "events/partition.hpp"
#include "events/store/directory_lock.hpp"
#include "events/store/sqlite.hpp"

namespace creditfold {

// Every region's partition, wherever they are kept. Safe to use from several threads.
class Partitions {
 public:
  virtual ~Partitions() = default;
  // Of the regions that have one, by name.
  [[nodiscard]] virtual std::vector<RegionId> regions() const = 0;
  // nullptr: the region has none. They stay where they are as long as this lives.
  [[nodiscard]] virtual Partition* find(const RegionId& region) const = 0;
  // Made when it is not there. REQUIRES: is_region_name. Throws Fault.
  virtual Partition& open(const RegionId& region) = 0;
};

class SqlitePartitions final : public Partitions {
 public:
  // Throws Fault as open_sqlite does; unavailable when a region is not there that has a ledger (region_list.hpp);
  // damaged when an account lives in two partitions and nothing says why; unsupported_format for the layout before
  // regions had ledgers of their own, where it is opened to read only; who writes moves it into today's. `read_only`:
  // takes no lock, makes nothing, finishes nothing.
  // `index_failed`: told why an index beside a ledger could not be written, on any thread.
  using RegionIndexFailed = std::function<void(const RegionId& region, const std::string& what)>;
  SqlitePartitions(const std::filesystem::path& directory, bool read_only, RegionIndexFailed index_failed = {});

  [[nodiscard]] std::vector<RegionId> regions() const override;
  [[nodiscard]] SqliteLog* find(const RegionId& region) const override;
  SqliteLog& open(const RegionId& region) override;

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  void set_lock_text(const std::string& text);
  void check_structure() const;

  // Where an account lives; nullptr: nowhere. The partitions are asked, not what was known before.
  [[nodiscard]] SqliteLog* home_of(const AccountId& account) const;
  // Accounts that were admitted elsewhere and are not buried here yet: a process ended in between. Only where they are
  // read; whoever writes has finished them.
  [[nodiscard]] std::vector<AccountId> unburied(const RegionId& region) const;
  // Another number whenever an account has moved: what was read over several partitions is right when it stayed the
  // same.
  [[nodiscard]] std::int64_t moves() const;

 private:
  void open_all();
  [[nodiscard]] std::unique_ptr<SqliteLog> open_one(const std::filesystem::path& directory,
                                                    const RegionId& region) const;
  void finish_moves();
  void require_destinations() const;
  [[nodiscard]] std::set<RegionId> names() const;

  std::filesystem::path directory_;
  bool read_only_;
  RegionIndexFailed index_failed_;
  std::unique_ptr<DirectoryLock> lock_;
  mutable std::mutex mutex_;
  std::map<RegionId, std::unique_ptr<SqliteLog>> logs_;
};

// Of two partitions that both have the account: the one that only kept it because a move did not end. Throws Fault
// damaged when neither arrived from the other.
[[nodiscard]] Partition& left_behind(Partition& a, Partition& b, const AccountId& account);

}  // namespace creditfold
