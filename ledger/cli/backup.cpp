// SPDX-License-Identifier: Apache-2.0
// creditfold backup and creditfold restore.
#include "ledger/edge/backup.hpp"

#include <algorithm>
#include <filesystem>

#include "events/chain/checkpoint.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/edge/checkpoint_key.hpp"

namespace creditfold::cli {
namespace {

// Whether what will be made at `path` would lie in the directory.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& directory) {
  const auto whole = std::filesystem::weakly_canonical(path);
  const auto relative = whole.lexically_relative(std::filesystem::canonical(directory));
  return !relative.empty() && *relative.begin() != "..";
}

std::string text_of(const edge::Manifest& manifest) {
  std::string text;
  for (const edge::Manifest::Ledger& ledger : manifest.ledgers) {
    text += "Region " + ledger.region.value + ": " + counted(ledger.seq, "position") + ", root " +
            to_base64(ledger.tree.root) + ", fingerprint " + to_hex(ledger.fingerprint) + "\n";
  }
  text.pop_back();
  return text;
}

// Who has it can sign checkpoints in the directory's name.
std::string key_note(const edge::Manifest& manifest) {
  const auto is_key = [](const edge::Manifest::File& file) { return file.path == edge::checkpoint_key_file; };
  if (std::none_of(manifest.files.begin(), manifest.files.end(), is_key)) return "";
  return "\nThe key that signs its checkpoints is in it: whoever may not have that key may not have this backup.";
}

}  // namespace

ExitStatus run(const BackupOptions& options) {
  if (!std::filesystem::is_directory(options.data))
    throw Fault(Fault::Kind::unavailable, options.data + ": there is no data directory here");
  if (std::filesystem::exists(options.to))
    throw UsageError(options.to + " is there already; a backup takes a name of its own");
  if (lies_in(options.to, options.data)) {
    throw UsageError(options.to + " lies in " + options.data + "; a backup lies beside what it copies");
  }
  const edge::Manifest manifest = edge::back_up(options.data, options.to, machine_now());
  if (options.json) return print(edge::to_json(manifest));
  return print("Backed up " + options.data + " to " + options.to + ", " +
               counted(static_cast<std::int64_t>(manifest.files.size()), "file") + "\n" + text_of(manifest) +
               "\nNames and emails are not in it: they stay in the directory, in the US." + key_note(manifest));
}

ExitStatus run(const RestoreOptions& options) {
  if (!std::filesystem::is_directory(options.from)) {
    throw Fault(Fault::Kind::unavailable, options.from + ": there is no backup here");
  }
  const edge::Restored restored = edge::restore(options.from, options.data);
  if (options.json) return print(edge::to_json(restored.manifest));
  const std::string before = restored.before.empty() ? "" : "; what was there is now " + restored.before.string();
  return print("Restored " + options.data + " from " + options.from + ", made " + to_text(restored.manifest.at) +
               before + "\n" + text_of(restored.manifest));
}

}  // namespace creditfold::cli
