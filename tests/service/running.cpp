// SPDX-License-Identifier: Apache-2.0
#include "tests/service/running.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <fstream>
#include <thread>

namespace creditfold::test {
namespace json = boost::json;

void TroubledLog::before_append(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  before_append_ = std::move(call);
}

void TroubledLog::before_stage(std::function<void()> call) {
  const std::lock_guard lock(mutex_);
  before_stage_ = std::move(call);
}

void TroubledLog::called(const std::function<void()>& hook) {
  std::function<void()> call;
  {
    const std::lock_guard lock(mutex_);
    call = hook;
  }
  if (call) call();
}

void TroubledLog::fail_if_told() const {
  if (const int kind = failing_.load(); kind >= 0) throw Fault(static_cast<Fault::Kind>(kind), "the disk said no");
}

Expected<Appended, Conflict> TroubledLog::append(std::span<const Batch> group) {
  called(before_append_);
  fail_if_told();
  ++appends_;
  if (group.size() > largest_group_.load()) largest_group_.store(group.size());
  return ForwardingPartition::append(group);
}

void TroubledLog::stage(const AccountId& account, std::span<const StoredBatch> batches) {
  called(before_stage_);
  fail_if_told();
  ForwardingPartition::stage(account, batches);
}

Expected<Appended, Conflict> TroubledLog::admit(const Arrival& arrival, const Batch& batch) {
  fail_if_told();
  return ForwardingPartition::admit(arrival, batch);
}

std::vector<RegionId> TroubledPartitions::regions() const {
  const std::lock_guard lock(mutex_);
  std::vector<RegionId> regions;
  for (const auto& [region, log] : logs_) regions.push_back(region);
  return regions;
}

TroubledLog* TroubledPartitions::find(const RegionId& region) const {
  const std::lock_guard lock(mutex_);
  const auto found = logs_.find(region);
  return found == logs_.end() ? nullptr : found->second.get();
}

TroubledLog& TroubledPartitions::open(const RegionId& region) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<TroubledLog>& log = logs_[region];
  if (!log) log = std::make_unique<TroubledLog>(region);
  return *log;
}

Instant moment(const char* text) {
  const auto parsed = parse_instant(text);
  if (!parsed) throw std::runtime_error(std::string("not a moment: ") + text);
  return *parsed;
}

void write_page(const std::filesystem::path& directory) {
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream(directory / name, std::ios::binary) << bytes;
  };
  std::filesystem::create_directories(directory / "assets");
  write("index.html", "<!doctype html><title>Page</title>");
  write("favicon.svg", "<svg/>");
  write("assets/index-1a2b3c4d.js", "plain script");
  write("assets/index-1a2b3c4d.js.br", "brotli script");
  write("assets/index-1a2b3c4d.js.gz", "gzip script");
  write("assets/core-AbCd_-12.wasm", std::string("\0asm", 4));
  write("manifest.webmanifest", "{}");
}

Running::Running(service::ServiceOptions options, const char* now)
    : now_(std::make_shared<std::atomic<std::int64_t>>(moment(now).micros)), options_(std::move(options)) {
  options_.listen = "127.0.0.1:0";
  options_.clock = [shared = now_] { return Instant{shared->load()}; };
  if (!options_.web) {
    write_page(page_.path());
    options_.web = page_.path();
  }
  options_.build = {.version = "0.0.test", .commit = "c0ffee"};
  directory_.emplace(people_.path());
  service_ = std::make_unique<service::Service>(options_, partitions_, *directory_);
}

void Running::set_clock(const char* now) {
  now_->store(moment(now).micros);
  service_->look_at_clock();
}

void Running::restart() {
  service_.reset();
  service_ = std::make_unique<service::Service>(options_, partitions_, *directory_);
}

void Running::apply(const std::string& lines) {
  const Response response = client().post(lines, "application/x-ndjson");
  REQUIRE(response.status == 200);
  REQUIRE(response.whole);
  for (const std::string& line : lines_of(response.body)) {
    INFO(line);
    REQUIRE(at(line, "/refused/code").empty());
  }
}

void Running::open_account(const std::string& account, const std::string& region) {
  std::string lines;
  for (const std::string& line : account_with_plan(account, region)) lines += line + "\n";
  apply(lines);
}

std::vector<std::string> account_with_plan(const std::string& account, const std::string& region) {
  const char* opened = "2026-03-01T00:00:00Z";
  return {command("OpenAccount", account, "open", R"("environment":"commercial","region":")" + region + '"', opened),
          command("StartTerm", account, "term",
                  R"("product":"ai_studio","plan":"plus","cadence":"monthly","starts_at":"2026-03-01T00:00:00Z",)"
                  R"("ends_at":"2027-03-01T00:00:00Z")",
                  opened)};
}

std::string command(const std::string& name, const std::string& account, const std::string& key,
                    const std::string& fields, const std::string& at) {
  std::string text = R"({"command":")" + name + R"(","account":")" + account + R"(","key":")" + key + '"';
  if (!at.empty()) text += R"(,"at":")" + at + '"';
  if (!fields.empty()) text += ',' + fields;
  return text + '}';
}

std::string usage(const std::string& account, const std::string& key, const std::string& at) {
  return command("RecordUsage", account, key,
                 R"("usage":")" + key + R"(","workflow":"triage","model":"gpt-4o","query":0,"input":1000,"output":0)",
                 at);
}

std::string at(const std::string& text, const std::string& pointer) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error) return "";
  const json::value* found = value.find_pointer(pointer, error);
  if (found == nullptr) return "";
  return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

bool soon(const std::function<bool()>& holds) {
  for (int i = 0; i < 500; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace creditfold::test
