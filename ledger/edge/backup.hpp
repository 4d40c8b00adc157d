// SPDX-License-Identifier: Apache-2.0
// A data directory carried away while it is written to, and put back: every file, with a manifest that says what the
// ledgers were, so that nothing is put back that is not the same. Native only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "events/expected.hpp"
#include "events/tree.hpp"
#include "events/vocabulary.hpp"

namespace creditfold::edge {

inline constexpr const char* manifest_file = "manifest.json";

struct Manifest {
  struct Ledger {
    RegionId region;
    std::int64_t seq = 0;  // of its newest event
    TreeHead tree;
    Digest fingerprint;  // of the state it folds to
  };
  struct File {
    std::string path;  // in the directory, with /
    std::int64_t bytes = 0;
    std::string sha256;  // lower-case hex
  };
  Instant at;  // when it was made
  std::vector<Ledger> ledgers;
  std::vector<File> files;
};

[[nodiscard]] std::string to_json(const Manifest& manifest);
[[nodiscard]] Expected<Manifest, std::string> parse_manifest(std::string_view text);

// Copies the data directory to `to`, which is there whole or not at all: all ledgers at moments that fit together,
// tokens and keys. The directory of names is left out (RES-2). Whoever writes goes on writing. REQUIRES: nothing is at
// `to`. Throws Fault.
[[nodiscard]] Manifest back_up(const std::filesystem::path& data, const std::filesystem::path& to, Instant now);

// Puts a backup in the place of the data directory, after everything in it was found to be what its manifest says. What
// was there before is kept beside it; its directory of names is taken over.
struct Restored {
  Manifest manifest;
  std::filesystem::path before;  // empty: nothing was there
};
// Throws Fault: damaged, naming the file or the region, when the backup is not what it says; busy when somebody writes
// to the data directory. Nothing was touched then.
[[nodiscard]] Restored restore(const std::filesystem::path& from, const std::filesystem::path& data);

}  // namespace creditfold::edge
