// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "tests/bench/append_run.hpp"
#include "tests/bench/charges.hpp"

namespace creditfold::test {
namespace {

constexpr std::size_t group_size = 1'000;

std::int64_t bytes_in(const std::filesystem::path& directory) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return static_cast<std::int64_t>(bytes);
}

// The key comes again with a version that would fit: only the key stands in its way.
void require_refused(AppendSide& side, Batch again, std::int64_t version) {
  again.expected_version = version;
  again.events[0].version = version + 1;
  if (side.append(std::span(&again, 1))) throw std::runtime_error("a key was taken twice");
}

}  // namespace

AppendRun append_run(std::string name, char** rest) {
  return {std::move(name), std::strtoul(rest[0], nullptr, 10), std::strtoul(rest[1], nullptr, 10), rest[2]};
}

void run_append(const AppendRun& run, const std::function<std::unique_ptr<AppendSide>()>& open) {
  Charges charges(1, run.accounts);
  std::vector<double> commits;
  std::optional<Batch> first;
  std::int64_t version = 0;  // of the first batch's account, in the end
  std::unique_ptr<AppendSide> side = open();
  for (std::size_t done = 0; done < run.events; done += group_size) {
    const std::vector<Batch> group = charges.group(group_size);
    const auto start = std::chrono::steady_clock::now();
    if (!side->append(group)) throw std::runtime_error("a new key was refused");
    commits.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    if (!first) first = group.front();
    for (const Batch& batch : group) {
      if (batch.account == first->account) version = batch.events[0].version;
    }
  }
  const std::size_t events = commits.size() * group_size;
  if (side->is_unique()) require_refused(*side, *first, version);
  if (side->count() != static_cast<std::int64_t>(events)) throw std::runtime_error("not every event is there");
  const std::optional<std::int64_t> told = side->bytes();
  side.reset();
  const auto bytes = static_cast<double>(told ? *told : bytes_in(run.directory));

  double seconds = 0;
  for (const double commit : commits) seconds += commit;
  std::sort(commits.begin(), commits.end());
  std::cout << "{\"side\":\"" << run.name << "\",\"events\":" << events << ",\"seconds\":" << seconds
            << ",\"per_second\":" << static_cast<double>(events) / seconds
            << ",\"bytes_per_event\":" << bytes / static_cast<double>(events)
            << ",\"p50_ms\":" << commits[commits.size() / 2] * 1e3
            << ",\"p99_ms\":" << commits[commits.size() * 99 / 100] * 1e3 << ",\"max_ms\":" << commits.back() * 1e3
            << "}\n";
}

}  // namespace creditfold::test
