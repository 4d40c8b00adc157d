// SPDX-License-Identifier: Apache-2.0
// All keys but the newest: tables on their way to the disk, runs there, and the filters before them. One thread of its
// own writes tables as runs and merges small runs into larger ones, so that nobody who appends waits for it. Private to
// the SQLite store.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <thread>
#include <vector>

#include "events/store/index_files.hpp"
#include "events/store/index_options.hpp"
#include "events/store/key_filter.hpp"
#include "events/store/key_table.hpp"

namespace creditfold {

class KeyRuns {
 public:
  // What is handed over of the newest keys: a table, the segments it is over, and how accounts stand at their end.
  struct Frozen {
    std::shared_ptr<const KeyTable> keys;
    std::int64_t first_segment = 0;
    IndexPlace through;
    std::vector<AccountHead> heads;
  };

  // Goes on with what an earlier process stored, or begins with an empty directory.
  KeyRuns(const std::filesystem::path& directory, const IndexOptions& options, std::optional<StoredIndex> stored);
  ~KeyRuns();  // what is being written is left; the log has it still
  KeyRuns(const KeyRuns&) = delete;
  KeyRuns& operator=(const KeyRuns&) = delete;

  void add(Frozen frozen);

  // Safe from any thread. Segments that may hold a key of this hash, each once.
  void find(std::uint64_t hash, std::vector<std::int64_t>& segments) const;
  // false: no key of this hash was handed over. true is wrong for one new key in 2^40 / keys.
  [[nodiscard]] bool may_have(std::uint64_t hash) const;
  // The same of many, in a fraction of the time: marks those of which it is true. REQUIRES: as many marks.
  void may_have(std::span<const std::uint64_t> hashes, std::vector<bool>& marks) const;

  // Returns once everything handed over is in runs and no more runs are to be merged, or writing them failed.
  void settle();
  struct Sizes {
    std::int64_t runs = 0;
    std::int64_t keys = 0;           // in runs
    std::size_t bytes_on_disk = 0;   // of runs
    std::size_t filter_bytes = 0;    // in memory
    std::size_t waiting = 0;         // tables not written yet
  };
  [[nodiscard]] Sizes sizes() const;

 private:
  struct Run {
    std::int64_t number = 0;  // of its file
    std::shared_ptr<const KeyRun> run;
  };
  struct Stopped {};  // thrown within the worker

  void wake();
  void work();
  [[nodiscard]] bool stopping() const;
  void step_aside();  // between two pieces of long work: for what waits, and for an end
  void filter_stored();
  void filter(const KeyTable& keys);
  void flush_waiting();
  void write_run(const Frozen& frozen);
  // The runs to be merged next, side by side; none when there is nothing to do.
  [[nodiscard]] std::vector<Run> mergeable() const;
  void merge(const std::vector<Run>& runs);
  // The runs are these now, on disk; what they took the place of goes.
  void publish(IndexManifest manifest, std::vector<Run> runs, const Frozen* written);

  IndexOptions options_;
  IndexFiles files_;
  IndexManifest manifest_;  // the worker's, as the next
  bool failing_ = false;    // what was tried last could not be written

  mutable std::shared_mutex mutex_;  // of what is asked
  std::vector<Run> runs_;            // by the segments they are over
  std::vector<Run> unfiltered_;      // those of an earlier process, until a filter is made of them
  std::vector<std::shared_ptr<KeyFilter>> filters_;
  std::deque<std::shared_ptr<const Frozen>> waiting_;

  mutable std::mutex work_mutex_;  // of the next three
  std::condition_variable work_condition_;
  bool to_do_ = false;
  bool idle_ = true;
  bool stop_ = false;
  std::thread worker_;
};

}  // namespace creditfold
