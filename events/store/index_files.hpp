// SPDX-License-Identifier: Apache-2.0
// The index on disk, beside ledger.db: runs of keys, where each account stands, and a manifest that says which of them
// hold up to which segment. All of it is made of the log: what is missing, damaged or another log's is thrown away and
// made again. events/FORMAT.md, "Index", has the layout. Private to the SQLite store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "events/store/derived_names.hpp"
#include "events/store/key_run.hpp"

namespace creditfold {

// Where an account stands: its version, and the newest segment that has batches of it.
struct AccountHead {
  std::int64_t version = 0;
  std::int64_t segment = 0;  // 0: none has
};

// A place in the log, told from the same place in another log.
struct IndexPlace {
  std::int64_t segment = 0;
  std::uint64_t check = 0;  // of the numbers of the segment's row and the newest hashes of the tree up to there
  friend bool operator==(const IndexPlace& a, const IndexPlace& b) {
    return a.segment == b.segment && a.check == b.check;
  }
};

struct IndexManifest {
  IndexPlace through;                 // everything up to here is in the index
  std::vector<std::int64_t> runs;     // their numbers, by the segments they are over
  std::int64_t heads = 0;             // the number of the file with accounts as they stood there
  std::int64_t next = 1;              // the number of the next file
};

// What was found of an earlier process.
struct StoredIndex {
  IndexManifest manifest;
  std::vector<std::shared_ptr<const KeyRun>> runs;  // verified
  std::vector<AccountHead> heads;                   // by stay
};

class IndexFiles {
 public:
  explicit IndexFiles(const std::filesystem::path& directory) : directory_(directory) {}

  // Nothing when there is none that is whole and can be read.
  [[nodiscard]] std::optional<StoredIndex> read() const;
  // Removes every file of the index that the manifest does not name. An empty manifest names none. One that cannot be
  // removed costs room and no more.
  void keep_only(const IndexManifest& manifest) const;
  // Removes what one manifest named and the next does not.
  void remove_unnamed(const IndexManifest& before, const IndexManifest& now) const;

  [[nodiscard]] std::filesystem::path run(std::int64_t number) const;
  void write_heads(std::int64_t number, std::span<const AccountHead> heads) const;
  // What it names is on disk already. It is too when this returns.
  void write(const IndexManifest& manifest) const;
  // Makes the directory unless it is there.
  void prepare() const;

 private:
  [[nodiscard]] std::optional<StoredIndex> read_named(const IndexManifest& manifest) const;
  [[nodiscard]] std::filesystem::path heads(std::int64_t number) const;
  [[nodiscard]] std::filesystem::path manifest() const;

  std::filesystem::path directory_;
};

}  // namespace creditfold
