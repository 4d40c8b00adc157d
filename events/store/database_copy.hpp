// SPDX-License-Identifier: Apache-2.0
// An SQLite database as it is at one moment, copied while others write to it. Native only; nothing of SQLite shows
// here.
#pragma once

#include <filesystem>
#include <memory>

namespace creditfold {

// The moment is that of the making: what is committed afterwards is not in it. It holds the write-ahead log of the
// database back from being cut while it lives, and nobody's commit.
class DatabaseMoment {
 public:
  // Throws Fault as open_sqlite does for reading.
  explicit DatabaseMoment(const std::filesystem::path& file);
  ~DatabaseMoment();
  DatabaseMoment(DatabaseMoment&&) noexcept;
  DatabaseMoment& operator=(DatabaseMoment&&) noexcept;

  // A database of its own, on disk when this returns. REQUIRES: nothing is there. Throws Fault.
  void copy_to(const std::filesystem::path& file) const;

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace creditfold
