// SPDX-License-Identifier: Apache-2.0
// What was derived of a log, in a file beside it: its bytes with the tree they were derived from. events/FORMAT.md,
// "State", has the layout. Private to the SQLite store.
#pragma once

#include <filesystem>
#include <optional>

#include "events/partition.hpp"
#include "events/store/derived_names.hpp"

namespace creditfold {

struct StateFile {
  KeptState state;
  TreeHash root{};  // of the tree over the first state.size events
};

class StateFiles {
 public:
  explicit StateFiles(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Nothing when there is none that is whole.
  [[nodiscard]] std::optional<StateFile> read() const;
  // Two steps: the first may take long. Throws Fault.
  void write_beside(const StateFile& file) const;
  void put_in_place() const;
  // Leaves no byte of what is there, or of what was written beside. Throws Fault.
  void remove() const;
  // Of a process that ended while it wrote.
  void remove_unfinished() const;

 private:
  [[nodiscard]] std::filesystem::path file() const { return directory_ / state_file_name; }
  [[nodiscard]] std::filesystem::path beside() const { return file().string() + ".new"; }

  std::filesystem::path directory_;
};

}  // namespace creditfold
