// SPDX-License-Identifier: Apache-2.0
// What it costs to know every key for ever: index_bench KEYS DIR.
//
// Hands KEYS new keys to an index as a writer does, each asked for first, and times every window of them; at the same
// time runs are written and merged beside it. Then asks for old keys. Prints one JSON line.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "events/store/log_index.hpp"
#include "tests/events/samples.hpp"

namespace creditfold {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t keys_per_segment = 1'000;
constexpr std::size_t keys_asked = 100'000;

double seconds_since(Steady::time_point begin) { return std::chrono::duration<double>(Steady::now() - begin).count(); }

void run(std::size_t keys, const std::filesystem::path& directory) {
  const IndexOptions options;
  LogIndex index(directory / index_directory, options, std::nullopt);
  test::Random random(7);
  std::vector<std::uint64_t> hashes(keys_per_segment);
  const std::vector<PackedBatch> batches{{1, 0, 1, 0, false}};
  std::vector<std::uint64_t> old;
  std::vector<double> windows;  // keys a second
  std::size_t in_window = 0;
  std::size_t wrong = 0;
  std::int64_t segment = 0;
  const auto begin = Steady::now();
  auto window = begin;
  for (std::size_t done = 0; done < keys; done += keys_per_segment) {
    for (std::uint64_t& hash : hashes) hash = random.next();
    for (const bool maybe : index.may_have(hashes)) wrong += maybe ? 1 : 0;
    index.add(++segment, true, batches, hashes);
    if (index.is_full()) index.freeze({segment, 0});
    if (old.size() < keys_asked) old.push_back(hashes.front());
    in_window += keys_per_segment;
    if (in_window < 1'000'000) continue;
    windows.push_back(static_cast<double>(in_window) / seconds_since(window));
    window = Steady::now();
    in_window = 0;
  }
  const double took = seconds_since(begin);
  index.settle();
  const auto asking = Steady::now();
  for (const std::uint64_t hash : old) {
    if (index.segments_with(hash).empty()) throw std::runtime_error("a key is not known any more");
  }
  const double asked = seconds_since(asking);
  const KeyRuns::Sizes sizes = index.runs().sizes();
  std::sort(windows.begin(), windows.end());
  const auto per_key = [&](double bytes) { return bytes / static_cast<double>(sizes.keys); };
  std::cout << R"({"keys":)" << sizes.keys << R"(,"per_second":)" << static_cast<double>(keys) / took
            << R"(,"window_median":)" << windows[windows.size() / 2] << R"(,"window_least":)" << windows.front()
            << R"(,"memory_bytes_per_key":)" << per_key(static_cast<double>(sizes.filter_bytes))
            << R"(,"disk_bytes_per_key":)" << per_key(static_cast<double>(sizes.bytes_on_disk)) << R"(,"runs":)"
            << sizes.runs << R"(,"wrong_maybes":)" << wrong << R"(,"known_key_us":)"
            << asked * 1e6 / static_cast<double>(old.size()) << "}\n";
}

}  // namespace
}  // namespace creditfold

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "index_bench KEYS DIR\n";
    return 2;
  }
  try {
    creditfold::run(std::strtoull(arguments[1], nullptr, 10), arguments[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
