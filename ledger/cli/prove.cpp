// SPDX-License-Identifier: Apache-2.0
// creditfold checkpoint and creditfold prove: what of a log can be shown to somebody who does not trust it.
#include "ledger/edge/proofs.hpp"

#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/edge/checkpoint_key.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::cli {
namespace {

// What the question found; a sentence in place of what it did not.
struct Found {
  std::string text{};
  std::string json{};
  std::string missing{};
  std::optional<AccountId> unknown{};
};

std::string vkey_in(const std::string& data, const RegionId& region) {
  const auto key = edge::CheckpointKey::read(data);
  return key ? key->verifier_of(region).to_vkey() : std::string();
}

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string checkpoint_json(const RegionId& region, const StoredCheckpoint& checkpoint, const std::string& vkey) {
  JsonWriter out;
  out.open('{').field("region", region).field("size", checkpoint.size).field("at", checkpoint.at);
  out.field("note", std::string_view(checkpoint.note));
  if (!vkey.empty()) out.field("vkey", std::string_view(vkey));
  out.close('}');
  return out.take();
}

Checkpoint read_checkpoint_file(const std::string& file) {
  const std::string note = read_whole(file);
  auto checkpoint = read_checkpoint(note);
  if (!checkpoint) throw UsageError(file + " is no checkpoint: " + checkpoint.error());
  return *std::move(checkpoint);
}

Found no_checkpoint(const RegionId& region) { return {.missing = "region " + region.value + " has no checkpoint yet"}; }

Found prove_one(const ProveOptions& options, const SqliteLog& log, const std::optional<Event>& event) {
  if (!event && options.seq) {
    return {.missing = "no event is at position " + std::to_string(*options.seq) + " of region " + log.region().value};
  }
  if (!event) {
    return {.missing = "account " + options.account->value + " has no version " + std::to_string(*options.version)};
  }
  const auto newest = log.newest_checkpoint();
  if (!newest) return no_checkpoint(log.region());
  if (newest->size < event->seq) {
    return {.missing = "no checkpoint covers event " + std::to_string(event->seq) + " yet; the newest is of " +
                       counted(newest->size, "event")};
  }
  edge::InclusionProof proof = edge::prove_event(log, *event, *newest);
  proof.vkey = vkey_in(options.data, log.region());
  return {.text = without_line_end(edge::to_text(proof)), .json = edge::to_json(proof)};
}

Found prove_from(const ProveOptions& options, const SqliteLog& log, const Checkpoint& seen) {
  const auto newest = log.newest_checkpoint();
  if (!newest) return no_checkpoint(log.region());
  auto proof = edge::prove_continuation(log, seen.tree, *newest);
  if (!proof) {
    return {.missing = "the log of region " + log.region().value + ", signed at " + counted(newest->size, "event") +
                       ", does not begin with the " + counted(seen.tree.size, "event") + " of " + *options.from};
  }
  proof->vkey = vkey_in(options.data, log.region());
  std::string text = "The first " + counted(seen.tree.size, "event") + " of " + counted(newest->size, "event") +
                     " are those of " + *options.from + ":\n";
  for (const TreeHash& hash : proof->path) text += to_base64(hash) + "\n";
  return {.text = text + "\n" + without_line_end(newest->note), .json = edge::to_json(*proof)};
}

Found prove(const ProveOptions& options, const std::optional<Checkpoint>& seen) {
  return steadily(options.data, [&](const SqlitePartitions& partitions) -> Found {
    if (options.account) {
      const SqliteLog* home = partitions.home_of(*options.account);
      if (home == nullptr) return {.unknown = options.account};
      return prove_one(options, *home, edge::event_of(*home, *options.account, *options.version));
    }
    const RegionId region = region_meant(partitions, options.region);
    const SqliteLog* log = partitions.find(region);
    if (log == nullptr) return no_checkpoint(region);
    return seen ? prove_from(options, *log, *seen) : prove_one(options, *log, edge::event_at(*log, *options.seq));
  });
}

}  // namespace

ExitStatus run(const CheckpointOptions& options) {
  const SqlitePartitions partitions(options.data, true);
  const RegionId region = region_meant(partitions, options.region);
  const std::string vkey = vkey_in(options.data, region);
  if (options.key) {
    if (vkey.empty()) {
      say(options.data + " has no key for checkpoints yet; the next serve or apply makes one");
      return ExitStatus::refused;
    }
    return print(vkey);
  }
  const SqliteLog* log = partitions.find(region);
  const auto newest = log != nullptr ? log->newest_checkpoint() : std::nullopt;
  if (!newest) {
    say(no_checkpoint(region).missing);
    return ExitStatus::refused;
  }
  return print(options.json ? checkpoint_json(region, *newest, vkey) : without_line_end(newest->note));
}

ExitStatus run(const ProveOptions& options) {
  std::optional<Checkpoint> seen;
  if (options.from) seen = read_checkpoint_file(*options.from);
  const Found found = prove(options, seen);
  if (found.unknown) return refuse_unknown_account(*found.unknown, options.json);
  if (!found.missing.empty()) {
    say(found.missing);
    return ExitStatus::refused;
  }
  return print(options.json ? found.json : found.text);
}

}  // namespace creditfold::cli
