// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/checkpoint_key.hpp"

#include "events/chain/merkle.hpp"
#include "ledger/edge/private_file.hpp"

namespace creditfold::edge {
namespace {

constexpr std::string_view origin_word = "origin ";
constexpr std::string_view seed_word = "\nseed ";

void require_origin(const std::string& origin) {
  if (!is_key_name(origin) || origin.size() > key_name_bytes_max / 2) {
    throw BadOrigin("an origin is printable ASCII without spaces and plus signs, and no longer than " +
                    std::to_string(key_name_bytes_max / 2) + " bytes: \"" + origin + "\" is none");
  }
}

}  // namespace

std::optional<CheckpointKey> CheckpointKey::read(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / checkpoint_key_file;
  const auto content = read_private_file(file);
  if (!content) return std::nullopt;
  const std::string_view text = *content;
  const std::size_t seed_at = text.find(seed_word);
  if (text.starts_with(origin_word) && seed_at != std::string_view::npos && text.ends_with('\n')) {
    const std::size_t start = seed_at + seed_word.size();
    const std::string origin(text.substr(origin_word.size(), seed_at - origin_word.size()));
    const auto seed = parse_tree_hash(text.substr(start, text.size() - 1 - start));
    if (seed && is_key_name(origin)) return CheckpointKey(origin, *seed);
  }
  throw Fault(Fault::Kind::damaged, file.string() + ": it is no key: two lines, origin NAME and seed BASE64");
}

CheckpointKey CheckpointKey::open(const std::filesystem::path& directory, const std::optional<std::string>& origin) {
  if (origin) require_origin(*origin);
  if (auto key = read(directory)) {
    if (origin && *origin != key->origin_) {
      throw BadOrigin("the log in " + directory.string() + " signs as " + key->origin_ +
                      ", which cannot be changed to " + *origin +
                      ": whoever holds a checkpoint of it knows it by that name");
    }
    return *std::move(key);
  }
  CheckpointKey key(origin.value_or(origin_default), random_seed());
  write_private_file(directory / checkpoint_key_file,
                     std::string(origin_word) + key.origin_ + std::string(seed_word) + to_base64(key.seed_) + "\n");
  return key;
}

NoteVerifier CheckpointKey::verifier_of(const RegionId& region) const {
  return NoteSigner(origin_of(region), seed_).verifier();
}

std::optional<StoredCheckpoint> CheckpointKey::checkpoint(Partition& log, Instant now) const {
  const TreeHead tree = log.tree();
  auto newest = log.newest_checkpoint();
  if (newest && newest->size == tree.size) return newest;
  if (tree.size == 0) return std::nullopt;
  if (newest) {
    const auto before = read_checkpoint(newest->note);
    const bool begins = before && newest->size < tree.size && before->tree.root == root_at(newest->size, nodes_in(log));
    if (!begins) {
      throw Fault(Fault::Kind::damaged, "region " + log.region().value +
                                            ": the log is not the one that was signed at " +
                                            std::to_string(newest->size) + " events, so that it is signed no further");
    }
  }
  const NoteSigner signer(origin_of(log.region()), seed_);
  StoredCheckpoint made{tree.size, signer.sign(to_text(Checkpoint{signer.verifier().name, tree})), now};
  log.add_checkpoint(made);
  return made;
}

NodeReader nodes_in(const Partition& log) {
  return nodes_of([&log](int tile_level, std::int64_t first, std::int64_t count) {
    return log.tree_hashes(tile_level, first, count);
  });
}

}  // namespace creditfold::edge
