// SPDX-License-Identifier: Apache-2.0
// A service of a test's own: a log in memory that can be made to fail, a clock that can be moved, a free port, a small
// page.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "events/store/forwarding_partition.hpp"
#include "events/store/memory_partition.hpp"
#include "events/store/partitions.hpp"
#include "ledger/directory/directory_store.hpp"
#include "ledger/service/service.hpp"
#include "tests/service/client.hpp"
#include "tests/store/temporary_directory.hpp"

namespace creditfold::test {

// A partition in memory that passes everything on, unless it was told to fail or to wait.
class TroubledLog : public ForwardingPartition {
 public:
  explicit TroubledLog(RegionId region) : TroubledLog(std::make_unique<MemoryPartition>(std::move(region))) {}

  void fail_appends(std::optional<Fault::Kind> kind) { failing_.store(kind ? static_cast<int>(*kind) : -1); }
  // Called before each append, on the thread that appends.
  void before_append(std::function<void()> call);
  // Called before each piece of a copy that is staged here.
  void before_stage(std::function<void()> call);
  [[nodiscard]] int appends() const { return appends_.load(); }
  [[nodiscard]] std::size_t largest_group() const { return largest_group_.load(); }

  [[nodiscard]] Expected<Appended, Conflict> append(std::span<const Batch> group) override;
  void stage(const AccountId& account, std::span<const StoredBatch> batches) override;
  [[nodiscard]] Expected<Appended, Conflict> admit(const Arrival& arrival, const Batch& batch) override;

 private:
  explicit TroubledLog(std::unique_ptr<MemoryPartition> kept) : ForwardingPartition(*kept), kept_(std::move(kept)) {}
  void called(const std::function<void()>& hook);
  void fail_if_told() const;

  std::unique_ptr<MemoryPartition> kept_;
  std::atomic<int> failing_{-1};
  std::atomic<int> appends_{0};
  std::atomic<std::size_t> largest_group_{0};
  std::mutex mutex_;
  std::function<void()> before_append_;
  std::function<void()> before_stage_;
};

// Regions in memory. The home region is there from the start.
class TroubledPartitions : public Partitions {
 public:
  TroubledPartitions() { static_cast<void>(open(RegionId(home_region))); }
  [[nodiscard]] std::vector<RegionId> regions() const override;
  [[nodiscard]] TroubledLog* find(const RegionId& region) const override;
  TroubledLog& open(const RegionId& region) override;

 private:
  mutable std::mutex mutex_;
  std::map<RegionId, std::unique_ptr<TroubledLog>> logs_;
};

[[nodiscard]] Instant moment(const char* text);

// Files of a page, compressed siblings included (their bytes are not really compressed).
void write_page(const std::filesystem::path& directory);

class Running {
 public:
  explicit Running(service::ServiceOptions options = {}, const char* now = "2026-03-10T12:00:00Z");

  [[nodiscard]] service::Service& service() { return *service_; }
  [[nodiscard]] TroubledLog& log(const char* region = "us") { return partitions_.open(RegionId(region)); }
  [[nodiscard]] const Partitions& partitions() const { return partitions_; }
  // The files of the directory of people; nothing else of the service is on disk.
  [[nodiscard]] const std::filesystem::path& directory() const { return people_.path(); }
  [[nodiscard]] Client client() const { return Client(service_->url()); }
  // Also tells the calendar.
  void set_clock(const char* now);
  // Ends the service and starts another one over the same log.
  void restart();

  // Sends lines and fails the test unless every one is accepted.
  void apply(const std::string& lines);
  void open_account(const std::string& account, const std::string& region = "us");

 private:
  std::shared_ptr<std::atomic<std::int64_t>> now_;
  TemporaryDirectory page_;
  service::ServiceOptions options_;
  TemporaryDirectory people_;
  TroubledPartitions partitions_;
  std::optional<directory::DirectoryStore> directory_;
  std::unique_ptr<service::Service> service_;
};

// A command as JSON: fields as they are after account, key and at.
[[nodiscard]] std::string command(const std::string& name, const std::string& account, const std::string& key,
                                  const std::string& fields = "", const std::string& at = "2026-03-10T12:00:00Z");
// A charge of 25 credits on gpt-4o.
[[nodiscard]] std::string usage(const std::string& account, const std::string& key,
                                const std::string& at = "2026-03-10T12:00:00Z");

// What opens an account with plan plus, monthly from 1 March 2026 for a year.
[[nodiscard]] std::vector<std::string> account_with_plan(const std::string& account, const std::string& region = "us");

// The value at a JSON pointer as text: strings as they are, everything else as JSON; "" when there is none.
[[nodiscard]] std::string at(const std::string& json, const std::string& pointer);
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);
// Waits until it holds, a few seconds at most.
[[nodiscard]] bool soon(const std::function<bool()>& holds);

}  // namespace creditfold::test
