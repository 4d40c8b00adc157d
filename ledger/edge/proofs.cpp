// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/proofs.hpp"

#include <algorithm>

#include "ledger/edge/checkpoint_key.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::edge {
namespace {

void write_path(JsonWriter& out, const Path& path) {
  out.key("path").open('[');
  for (const TreeHash& hash : path) out.write(std::string_view(to_base64(hash)));
  out.close(']');
}

void write_checkpoint(JsonWriter& out, const StoredCheckpoint& checkpoint, const std::string& vkey) {
  out.key("checkpoint").open('{').field("size", checkpoint.size).field("at", checkpoint.at);
  out.field("note", std::string_view(checkpoint.note)).close('}');
  if (!vkey.empty()) out.field("vkey", std::string_view(vkey));
}

void write_tree(JsonWriter& out, const char* name, const TreeHead& tree) {
  out.key(name).open('{').field("size", tree.size).field("root", std::string_view(to_base64(tree.root))).close('}');
}

}  // namespace

std::optional<Event> event_at(const Log& log, std::int64_t seq) {
  std::optional<Event> found;
  log.read(seq - 1, seq, [&](Event&& event) {
    found = std::move(event);
    return false;
  });
  return found;
}

// Versions ascend with positions, and nobody folds an account to find one of its events: back from the end in growing
// steps, since a new one is asked for as a rule, then by halves.
std::optional<Event> event_of(const Log& log, const AccountId& account, std::int64_t version) {
  constexpr std::int64_t first_step = 1'024;
  constexpr std::int64_t growth = 8;
  std::int64_t end = log.head();
  const auto next_behind = [&](std::int64_t seq) {
    std::optional<Event> next;
    log.read_account(account, seq, end, [&](Event&& event) {
      next = std::move(event);
      return false;
    });
    return next;
  };
  std::int64_t below = end;  // at and before it versions are smaller
  for (std::int64_t step = first_step; below > 0; step *= growth) {
    const std::int64_t before = std::max<std::int64_t>(0, end - step);
    const std::optional<Event> next = next_behind(before);
    if (next && next->version == version) return next;
    below = before;
    if (next && next->version < version) break;
    end = before;
  }
  while (below < end) {
    const std::int64_t middle = below + (end - below) / 2;
    const std::optional<Event> next = next_behind(middle);
    if (next && next->version == version) return next;
    if (next && next->version < version) {
      below = next->seq;
    } else {
      end = middle;
    }
  }
  return std::nullopt;
}

InclusionProof prove_event(const Partition& log, const Event& event, const StoredCheckpoint& checkpoint) {
  return {.account = event.account,
          .version = event.version,
          .region = log.region(),
          .seq = event.seq,
          .leaf = log.tree_hashes(0, event.seq - 1, 1).at(0),
          .path = inclusion_path(event.seq - 1, checkpoint.size, nodes_in(log)),
          .checkpoint = checkpoint,
          .vkey = {}};
}

std::optional<ConsistencyProof> prove_continuation(const Partition& log, const TreeHead& from,
                                                   const StoredCheckpoint& checkpoint) {
  const auto signed_tree = read_checkpoint(checkpoint.note);
  if (!signed_tree || from.size > checkpoint.size) return std::nullopt;
  ConsistencyProof proof{.region = log.region(),
                         .from = from,
                         .to = signed_tree->tree,
                         .path = consistency_path(from.size, checkpoint.size, nodes_in(log)),
                         .checkpoint = checkpoint,
                         .vkey = {}};
  if (!is_consistent(proof.from, proof.to, proof.path)) return std::nullopt;
  return proof;
}

std::string to_json(const InclusionProof& proof) {
  JsonWriter out;
  out.open('{').field("region", proof.region).field("account", proof.account).field("version", proof.version);
  out.field("seq", proof.seq).field("leaf_index", proof.seq - 1);
  out.field("leaf_hash", std::string_view(to_base64(proof.leaf)));
  write_path(out, proof.path);
  write_checkpoint(out, proof.checkpoint, proof.vkey);
  out.close('}');
  return out.take();
}

std::string to_json(const ConsistencyProof& proof) {
  JsonWriter out;
  out.open('{').field("region", proof.region);
  write_tree(out, "from", proof.from);
  write_tree(out, "to", proof.to);
  write_path(out, proof.path);
  write_checkpoint(out, proof.checkpoint, proof.vkey);
  out.close('}');
  return out.take();
}

std::string to_text(const InclusionProof& proof) {
  std::string text = "c2sp.org/tlog-proof@v1\nindex " + std::to_string(proof.seq - 1) + "\n";
  for (const TreeHash& hash : proof.path) text += to_base64(hash) + "\n";
  return text + "\n" + proof.checkpoint.note;
}

}  // namespace creditfold::edge
