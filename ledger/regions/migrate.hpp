// SPDX-License-Identifier: Apache-2.0
// A MigrateRegion from its text to its answer (RES-1): asked about, copied while the account goes on, switched in one
// turn of both writers, buried where it was, erased. A process may end anywhere in it: `SqlitePartitions` finishes it.
#pragma once

#include <functional>
#include <string_view>

#include "ledger/regions/writers.hpp"

namespace creditfold {

// What a migration is about to do. For logs and for tests that end the program there.
enum class MigrationStep { copy, switch_over, bury, erase, done };
[[nodiscard]] std::string_view to_name(MigrationStep step);

struct MigrationRun {
  Writers& writers;
  Routes& routes;
  const Partitions& partitions;
  std::function<Instant()> clock;
  std::function<bool()> go_on;               // asked between pieces; no: the copy is given up
  std::function<void(MigrationStep)> told = [](MigrationStep) {};
  // A buried stream could not be erased yet, or its tombstone not be laid: to be tried again, at the latest when the
  // partitions are opened next.
  std::function<void(const std::string&)> left_over = [](const std::string&) {};
};

// What is left to copy when the writers stop for the switch: some milliseconds.
inline constexpr std::int64_t tail_events_max = 500;
// Rounds of copying before the switch, for an account that is busier than the copy.
inline constexpr int catch_up_rounds_max = 20;

// The answer, stored like any other's. Throws Fault: nothing was accepted, the account is where it was. REQUIRES: the
// command is a MigrateRegion of an account that has a region; one migration at a time.
[[nodiscard]] Answer migrate(const MigrationRun& run, const ParsedCommand& command, std::string_view text);

}  // namespace creditfold
