// SPDX-License-Identifier: Apache-2.0
// The options of commands that hold a log against itself or carry it away: replay, verify, checkpoint, prove, backup,
// restore, migrate. Part of arguments.cpp.
#pragma once

#include "ledger/cli/form.hpp"

namespace creditfold::cli {

inline constexpr const char* proving = "Carry away and prove";

[[nodiscard]] Form<ReplayOptions> replay_form(CLI::App& app);
[[nodiscard]] Form<VerifyOptions> verify_form(CLI::App& app);
[[nodiscard]] Form<CheckpointOptions> checkpoint_form(CLI::App& app);
[[nodiscard]] Form<ProveOptions> prove_form(CLI::App& app);
[[nodiscard]] Form<BackupOptions> backup_form(CLI::App& app);
[[nodiscard]] Form<RestoreOptions> restore_form(CLI::App& app);
[[nodiscard]] Form<MigrateOptions> migrate_form(CLI::App& app);

}  // namespace creditfold::cli
