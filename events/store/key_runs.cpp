// SPDX-License-Identifier: Apache-2.0
#include "events/store/key_runs.hpp"

#include <algorithm>
#include <queue>
#include <system_error>
#include <utility>

#include "events/log.hpp"

namespace creditfold {
namespace {

// Filters are read for so many keys on the way to this one.
constexpr std::size_t hashes_ahead = 32;
constexpr std::int64_t keys_between_looks = std::int64_t{1} << 16;
// In a window of keys, by its prefix above and its segment below: sorted as one number.
constexpr int relative_segment_bits = 64 - key_prefix_bits;
// A filter takes as many keys as half of those before it, so that at least two thirds of the filters' memory is in use.
constexpr std::size_t filter_windows_least = 4;

}  // namespace

KeyRuns::KeyRuns(const std::filesystem::path& directory, const IndexOptions& options, std::optional<StoredIndex> stored)
    : options_(options), files_(directory) {
  if (stored) {
    manifest_ = std::move(stored->manifest);
    for (std::size_t i = 0; i < stored->runs.size(); ++i)
      runs_.push_back({manifest_.runs[i], std::move(stored->runs[i])});
    unfiltered_ = runs_;
  }
  files_.keep_only(manifest_);
  if (!runs_.empty()) wake();
}

KeyRuns::~KeyRuns() {
  {
    const std::lock_guard lock(work_mutex_);
    stop_ = true;
  }
  work_condition_.notify_all();
  if (worker_.joinable()) worker_.join();
}

void KeyRuns::add(Frozen frozen) {
  {
    const std::unique_lock lock(mutex_);
    waiting_.push_back(std::make_shared<const Frozen>(std::move(frozen)));
  }
  wake();
}

void KeyRuns::wake() {
  const std::lock_guard lock(work_mutex_);
  to_do_ = true;
  idle_ = false;
  try {
    if (!worker_.joinable()) worker_ = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    idle_ = true;  // no thread is to be had; the next table asks again
  }
  work_condition_.notify_all();
}

void KeyRuns::settle() {
  std::unique_lock lock(work_mutex_);
  work_condition_.wait(lock, [&] { return idle_; });
}

bool KeyRuns::stopping() const {
  const std::lock_guard lock(work_mutex_);
  return stop_;
}

void KeyRuns::find(std::uint64_t hash, std::vector<std::int64_t>& segments) const {
  const std::uint64_t prefix = key_prefix(hash);
  const std::shared_lock lock(mutex_);
  for (const auto& waiting : waiting_) waiting->keys->find(hash, segments);
  for (const Run& run : unfiltered_) run.run->find(prefix, segments);
  const bool maybe =
      std::any_of(filters_.begin(), filters_.end(), [&](const auto& filter) { return filter->may_have(prefix); });
  if (maybe) {
    for (const Run& run : runs_) run.run->find(prefix, segments);
  }
  std::sort(segments.begin(), segments.end());
  segments.erase(std::unique(segments.begin(), segments.end()), segments.end());
}

bool KeyRuns::may_have(std::uint64_t hash) const {
  std::vector<bool> mark(1);
  may_have(std::span(&hash, 1), mark);
  return mark.front();
}

void KeyRuns::may_have(std::span<const std::uint64_t> hashes, std::vector<bool>& marks) const {
  std::vector<std::size_t> candidates;
  {
    const std::shared_lock lock(mutex_);
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      if (i + hashes_ahead < hashes.size()) {
        for (const auto& filter : filters_) filter->prefetch(key_prefix(hashes[i + hashes_ahead]));
      }
      const std::uint64_t hash = hashes[i];
      const std::uint64_t prefix = key_prefix(hash);
      const bool maybe =
          !unfiltered_.empty() ||
          std::any_of(waiting_.begin(), waiting_.end(),
                      [&](const auto& waiting) { return waiting->keys->contains(hash); }) ||
          std::any_of(filters_.begin(), filters_.end(), [&](const auto& filter) { return filter->may_have(prefix); });
      if (maybe && !marks[i]) candidates.push_back(i);
    }
  }
  std::vector<std::int64_t> segments;
  for (const std::size_t i : candidates) {
    segments.clear();
    find(hashes[i], segments);
    marks[i] = !segments.empty();
  }
}

KeyRuns::Sizes KeyRuns::sizes() const {
  const std::shared_lock lock(mutex_);
  Sizes sizes;
  sizes.runs = static_cast<std::int64_t>(runs_.size());
  for (const Run& run : runs_) {
    sizes.keys += run.run->keys();
    sizes.bytes_on_disk += run.run->bytes();
  }
  for (const auto& filter : filters_) sizes.filter_bytes += filter->bytes();
  sizes.waiting = waiting_.size();
  return sizes;
}

// Whatever cannot be written stays in memory, and is tried again with the next table.
void KeyRuns::work() {
  for (;;) {
    {
      std::unique_lock lock(work_mutex_);
      if (!to_do_) {
        idle_ = true;
        work_condition_.notify_all();
      }
      work_condition_.wait(lock, [&] { return to_do_ || stop_; });
      if (stop_) return;
      to_do_ = false;
    }
    try {
      filter_stored();
      flush_waiting();
      for (std::vector<Run> runs = mergeable(); !runs.empty(); runs = mergeable()) merge(runs);
      failing_ = false;
    } catch (const Stopped&) {
      return;
    } catch (const std::exception& failed) {
      if (!std::exchange(failing_, true) && options_.failed) options_.failed(failed.what());
    }
  }
}

void KeyRuns::step_aside() {
  if (stopping()) throw Stopped{};
  flush_waiting();
}

void KeyRuns::filter_stored() {
  std::vector<Run> runs;
  std::size_t keys = 0;
  {
    const std::shared_lock lock(mutex_);
    runs = unfiltered_;
  }
  if (runs.empty()) return;
  for (const Run& run : runs) keys += static_cast<std::size_t>(run.run->keys());
  auto filter = std::make_shared<KeyFilter>(keys);
  for (const Run& run : runs) {
    for (KeyRun::Cursor at(*run.run); !at.at_end(); ++at) {
      filter->add((*at).prefix);
      if (filter->keys() % keys_between_looks == 0 && stopping()) throw Stopped{};
    }
  }
  const std::unique_lock lock(mutex_);
  filters_.insert(filters_.begin(), std::move(filter));
  unfiltered_.clear();
}

// The keys can be asked for where they wait until they are in the filter and in a run.
void KeyRuns::filter(const KeyTable& keys) {
  std::shared_ptr<KeyFilter> newest = filters_.empty() ? nullptr : filters_.back();  // nobody else changes them
  if (!newest || newest->keys() + keys.size() > newest->capacity()) {
    std::size_t before = 0;
    for (const auto& filter : filters_) before += filter->keys();
    newest = std::make_shared<KeyFilter>(std::max({options_.window * filter_windows_least, before / 2, keys.size()}));
    const std::unique_lock lock(mutex_);
    filters_.push_back(newest);
  }
  keys.for_each([&](std::uint64_t hash, std::int64_t) { newest->add(key_prefix(hash)); });
}

void KeyRuns::flush_waiting() {
  for (;;) {
    std::shared_ptr<const Frozen> next;
    {
      const std::shared_lock lock(mutex_);
      if (waiting_.empty()) return;
      next = waiting_.front();
    }
    if (stopping()) throw Stopped{};
    write_run(*next);
  }
}

void KeyRuns::write_run(const Frozen& frozen) {
  files_.prepare();
  std::vector<std::uint64_t> sorted;
  sorted.reserve(frozen.keys->size());
  frozen.keys->for_each([&](std::uint64_t hash, std::int64_t segment) {
    sorted.push_back(key_prefix(hash) << relative_segment_bits |
                     static_cast<std::uint64_t>(segment - frozen.first_segment));
  });
  std::sort(sorted.begin(), sorted.end());
  IndexManifest manifest = manifest_;
  const std::int64_t number = manifest.next++;
  const std::filesystem::path file = files_.run(number);
  std::error_code error;
  std::filesystem::remove(file, error);  // of an attempt that failed
  KeyRunWriter writer(file, static_cast<std::int64_t>(sorted.size()), frozen.first_segment, frozen.through.segment);
  for (const std::uint64_t key : sorted) {
    const auto relative = static_cast<std::int64_t>(key & ((std::uint64_t{1} << relative_segment_bits) - 1));
    writer.add({key >> relative_segment_bits, frozen.first_segment + relative});
  }
  writer.finish();
  manifest.heads = manifest.next++;
  files_.write_heads(manifest.heads, frozen.heads);
  manifest.through = frozen.through;
  std::vector<Run> runs = runs_;
  runs.push_back({number, std::make_shared<const KeyRun>(file)});
  filter(*frozen.keys);
  publish(std::move(manifest), std::move(runs), &frozen);
}

void KeyRuns::publish(IndexManifest manifest, std::vector<Run> runs, const Frozen* written) {
  manifest.runs.clear();
  for (const Run& run : runs) manifest.runs.push_back(run.number);
  files_.write(manifest);
  files_.remove_unnamed(manifest_, manifest);
  manifest_ = std::move(manifest);
  const std::unique_lock lock(mutex_);
  runs_ = std::move(runs);
  if (written != nullptr) waiting_.pop_front();
}

std::vector<KeyRuns::Run> KeyRuns::mergeable() const {
  const auto level_of = [&](const Run& run) {
    int level = 0;
    for (auto size = static_cast<std::size_t>(run.run->keys()) / options_.window; size >= options_.fan_in;
         size /= options_.fan_in)
      ++level;
    return level;
  };
  for (std::size_t first = 0; first + options_.fan_in <= runs_.size(); ++first) {
    std::vector<Run> runs(runs_.begin() + static_cast<std::ptrdiff_t>(first),
                          runs_.begin() + static_cast<std::ptrdiff_t>(first + options_.fan_in));
    std::int64_t keys = 0;
    for (const Run& run : runs) keys += run.run->keys();
    const bool alike =
        std::all_of(runs.begin(), runs.end(), [&](const Run& run) { return level_of(run) == level_of(runs.front()); });
    if (alike && keys <= keys_per_run_max) return runs;
  }
  return {};
}

void KeyRuns::merge(const std::vector<Run>& runs) {
  std::int64_t keys = 0;
  for (const Run& run : runs) keys += run.run->keys();
  const std::int64_t number = manifest_.next++;
  const std::filesystem::path file = files_.run(number);
  std::error_code error;
  std::filesystem::remove(file, error);
  {
    KeyRunWriter writer(file, keys, runs.front().run->first_segment(), runs.back().run->last_segment());
    std::vector<KeyRun::Cursor> cursors;
    cursors.reserve(runs.size());
    for (const Run& run : runs) cursors.emplace_back(*run.run);
    const auto later = [&](std::size_t a, std::size_t b) { return (*cursors[a]).prefix > (*cursors[b]).prefix; };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> next(later);
    for (std::size_t i = 0; i < cursors.size(); ++i) {
      if (!cursors[i].at_end()) next.push(i);
    }
    for (std::int64_t added = 1; !next.empty(); ++added) {
      const std::size_t i = next.top();
      next.pop();
      writer.add(*cursors[i]);
      if (!(++cursors[i]).at_end()) next.push(i);
      if (added % keys_between_looks == 0) step_aside();
    }
    writer.finish();
  }
  // What was written meanwhile stands behind.
  std::vector<Run> all = runs_;
  const auto first =
      std::find_if(all.begin(), all.end(), [&](const Run& run) { return run.number == runs.front().number; });
  const auto behind = all.erase(first, first + static_cast<std::ptrdiff_t>(runs.size()));
  all.insert(behind, {number, std::make_shared<const KeyRun>(file)});
  // Readers tell manifests by `next`, and a table that was written meanwhile has left one with this merge's.
  IndexManifest manifest = manifest_;
  ++manifest.next;
  publish(std::move(manifest), std::move(all), nullptr);
}

}  // namespace creditfold
