// SPDX-License-Identifier: Apache-2.0
// The file of a read model: made beside its place, and put there when it is whole. What it would take the place of is
// looked at first: nothing but an older read model is ever replaced.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace creditfold::read_model {

// Why nothing may be put at `file`, as a sentence without its full stop; nothing: it may.
[[nodiscard]] std::optional<std::string> objection_to(const std::filesystem::path& file);

class ModelFile {
 public:
  // An empty file FILE.part, this process's alone. Throws Fault: busy when another process makes the same file,
  // unavailable (no such directory), read_only, full. REQUIRES: nothing is objected to `file`.
  explicit ModelFile(std::filesystem::path file);
  // Without a trace, unless it was put in its place.
  ~ModelFile();
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  [[nodiscard]] const std::filesystem::path& part() const { return part_; }
  // On disk, and under its name. Throws Fault; then what was there is there still. Call once, when nobody has it open.
  void finish();

 private:
  std::filesystem::path file_;
  std::filesystem::path part_;
  int descriptor_ = -1;
};

}  // namespace creditfold::read_model
