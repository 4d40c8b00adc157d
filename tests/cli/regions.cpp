// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/regions.hpp"

#include <catch2/catch.hpp>

namespace creditfold::test {

std::string opening_in(const std::string& region, const std::string& account) {
  std::string commands = opening(account);
  const std::string us = R"("region":"us")";
  return commands.replace(commands.find(us), us.size(), R"("region":")" + region + '"');
}

std::string residency_of(const std::string& account, const std::string& key, const std::string& region) {
  return R"({"command":"AddProduct","account":")" + account + R"(","key":")" + key +
         R"(","at":"2026-02-01T12:00:00Z","product":"data_residency","region":")" + region + "\"}\n";
}

std::string migration_of(const std::string& account, const std::string& key, const std::string& region,
                         const std::string& scope) {
  return R"({"command":"MigrateRegion","account":")" + account + R"(","key":")" + key +
         R"(","at":"2026-02-02T00:00:00Z","region":")" + region + R"(","scope":")" + scope + "\"}\n";
}

std::string without_position(std::string line) {
  const std::size_t seq = line.find("\"seq\":");
  line.erase(seq, line.find(',', seq) + 1 - seq);
  const std::size_t partition = line.find("\"partition\":");
  if (partition != std::string::npos) line.erase(partition, line.find(',', partition) + 1 - partition);
  return line;
}

std::size_t planted_in(const std::filesystem::path& directory) {
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = read_file(entry.path());
    for (std::size_t at = bytes.find(planted_text); at != std::string::npos; at = bytes.find(planted_text, at + 1))
      ++found;
  }
  return found;
}

std::string planted_commands() {
  std::string commands;
  for (int i = 0; i < 60; ++i) {
    const std::string id = planted_text + std::to_string(i);
    std::string command = usage("acme", id, "2026-01-10T10:00:00Z");
    command.insert(command.rfind('}'), R"(,"memo":")" + planted_text + std::string(i % 7 == 0 ? 3'000 : 30, 'm') + '"');
    commands += command;
  }
  return commands;
}

Moved::Moved() {
  fill(data);
  std::string mixed;
  int number = 0;
  for (const std::string& command : lines_of(commands)) {
    mixed += command + "\n" + usage("zeta", "between" + std::to_string(++number), "2026-01-10T10:00:00Z");
  }
  mixed += residency_of("acme", "r1", "eu");
  static_cast<void>(ask({"apply", "--data", data}, mixed));
  before = ask({"export", "--data", data, "--account", "acme", "--format", "jsonl"});
  const std::string answers = ask({"apply", "--data", data}, opening_in("us", "third") + migration);
  INFO(answers);
  REQUIRE(lines_of(answers).back().find("RegionMigrated") != std::string::npos);
}

}  // namespace creditfold::test
