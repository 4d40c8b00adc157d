// SPDX-License-Identifier: Apache-2.0
// Commands about regions for tests, and a data directory whose account `acme` has moved from us to eu.
#pragma once

#include <filesystem>
#include <string>

#include "tests/cli/program.hpp"

namespace creditfold::test {

// What the customer wrote, to be looked for in files.
inline const std::string planted_text = "Plant3d-By-The-Customer";

// As `opening`, in a region.
[[nodiscard]] std::string opening_in(const std::string& region, const std::string& account);
[[nodiscard]] std::string residency_of(const std::string& account, const std::string& key, const std::string& region);
[[nodiscard]] std::string migration_of(const std::string& account, const std::string& key, const std::string& region,
                                       const std::string& scope = "organization");
// An export's line without seq and partition.
[[nodiscard]] std::string without_position(std::string line);
// How often the planted text lies in the bytes of all files below a directory.
[[nodiscard]] std::size_t planted_in(const std::filesystem::path& directory);

// acme's stream, with planted text in keys and memos, between those of others.
[[nodiscard]] std::string planted_commands();

struct Moved {
  Moved();
  TemporaryDirectory directory;
  std::string data = directory.data().string();
  std::string commands = planted_commands();  // of acme
  std::string migration = migration_of("acme", "m1", "eu");
  std::string before;  // acme's export before it moved
  [[nodiscard]] std::string file(const std::string& name) const { return (directory.path() / name).string(); }
};

}  // namespace creditfold::test
