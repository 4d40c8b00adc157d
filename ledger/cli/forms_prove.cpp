// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/forms_prove.hpp"

namespace creditfold::cli {
namespace {

constexpr const char* log_help = "A data directory, a .cflog or JSON Lines of events";

}  // namespace

Form<ReplayOptions> replay_form(CLI::App& app) {
  Form<ReplayOptions> form(app, "replay", "Fold a log from its beginning", proving);
  form.id<RegionId>("--region", "NAME", "Only this region's log of a data directory", &ReplayOptions::region);
  form.whole("--as-of", "SEQ", "Only up to this position", &ReplayOptions::as_of);
  form.flag("--snapshot", "Again through a snapshot in the middle; fails if that differs", &ReplayOptions::snapshot);
  form.json();
  form.text("LOG", "", log_help, &ReplayOptions::log).required();
  form.example("creditfold replay ledger.cflog");
  return form;
}

Form<VerifyOptions> verify_form(CLI::App& app) {
  Form<VerifyOptions> form(app, "verify", "Hold everything a log says against itself", proving);
  form.text("--checkpoint", "FILE", "And against this checkpoint, seen earlier", &VerifyOptions::checkpoint);
  form.text("--key", "VKEY", "Whose signatures are taken (the directory's own key)", &VerifyOptions::key);
  form.json();
  form.text("LOG", "", log_help, &VerifyOptions::log).required();
  form.example("creditfold verify data --checkpoint seen.txt");
  return form;
}

Form<CheckpointOptions> checkpoint_form(CLI::App& app) {
  Form<CheckpointOptions> form(app, "checkpoint", "The newest signed checkpoint of a log", proving);
  form.data();
  form.id<RegionId>("--region", "NAME", "Of this region's log (the only one)", &CheckpointOptions::region);
  form.flag("--key", "The key that checks its signature, in its place", &CheckpointOptions::key);
  form.json();
  form.example("creditfold checkpoint > seen.txt");
  return form;
}

Form<ProveOptions> prove_form(CLI::App& app) {
  Form<ProveOptions> form(app, "prove", "Prove that an event is in the log, or that the log only grew", proving);
  form.data();
  form.id<AccountId>("--account", "ID", "The event is this account's", &ProveOptions::account);
  form.whole("--version", "N", "and this one of it", &ProveOptions::version);
  form.whole("--seq", "SEQ", "The event is at this position of the log", &ProveOptions::seq);
  form.text("--from", "FILE", "The log begins with all of this checkpoint's", &ProveOptions::from);
  form.id<RegionId>("--region", "NAME", "Of this region's log (the only one)", &ProveOptions::region);
  form.json();
  form.require([](const ProveOptions& options) {
    const bool by_version = options.account.has_value();
    const int asked = static_cast<int>(by_version) + static_cast<int>(options.seq.has_value()) +
                      static_cast<int>(options.from.has_value());
    if (asked != 1) refuse("prove", "say what: --account ID --version N, --seq SEQ, or --from FILE");
    if (by_version != options.version.has_value()) refuse("--version", "it goes with --account");
    if (by_version && options.region) refuse("--region", "an account lives in one region; leave it out");
  });
  form.example("creditfold prove --account demo --version 2 > event.tlog-proof");
  return form;
}

Form<BackupOptions> backup_form(CLI::App& app) {
  Form<BackupOptions> form(app, "backup", "Copy a data directory, whole, while it is written to", proving);
  form.data();
  form.json();
  form.text("TO", "", "Where the copy goes; nothing may be there", &BackupOptions::to).required();
  form.example("creditfold backup /var/backups/credits-monday");
  return form;
}

Form<RestoreOptions> restore_form(CLI::App& app) {
  Form<RestoreOptions> form(app, "restore", "Put a backup in the place of a data directory", proving);
  form.data();
  form.json();
  form.text("FROM", "", "What `creditfold backup` made; verified before anything is replaced", &RestoreOptions::from)
      .required();
  form.example("creditfold restore /var/backups/credits-monday");
  return form;
}

Form<MigrateOptions> migrate_form(CLI::App& app) {
  Form<MigrateOptions> form(app, "migrate", "Bring a data directory of an older format to today's", proving);
  form.data();
  form.json();
  form.example("creditfold backup /var/backups/before && creditfold migrate");
  return form;
}

}  // namespace creditfold::cli
