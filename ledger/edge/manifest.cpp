// SPDX-License-Identifier: Apache-2.0
#include "events/chain/checkpoint.hpp"
#include "ledger/edge/backup.hpp"
#include "ledger/edge/json_file.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::edge {
namespace {

constexpr std::int64_t manifest_format = 1;

// Inside the directory, and nowhere else.
bool is_inside(const std::string& path) {
  const std::filesystem::path relative(path);
  bool inside = !path.empty() && relative.is_relative();
  for (const auto& part : relative) inside = inside && part != ".." && part != "." && !part.empty();
  return inside;
}

Digest read_digest(ObjectReader& in, const char* name) {
  const std::string text = in.string(name);
  Digest digest;
  for (std::size_t i = 0; i < digest.bytes.size() && text.size() == 2 * digest.bytes.size(); ++i) {
    digest.bytes[i] = static_cast<std::uint8_t>(std::strtoul(text.substr(2 * i, 2).c_str(), nullptr, 16));
  }
  if (to_hex(digest) != text) in.fail(name, "is not 32 hexadecimal digits");
  return digest;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  JsonWriter out;
  out.open('{').field("format", manifest_format).field("at", manifest.at).key("ledgers").open('[');
  for (const Manifest::Ledger& ledger : manifest.ledgers) {
    out.open('{').field("region", ledger.region).field("seq", ledger.seq);
    out.field("root", std::string_view(to_base64(ledger.tree.root)))
        .field("fingerprint", ledger.fingerprint)
        .close('}');
  }
  out.close(']').key("files").open('[');
  for (const Manifest::File& file : manifest.files) {
    out.open('{').field("path", std::string_view(file.path)).field("bytes", file.bytes);
    out.field("sha256", std::string_view(file.sha256)).close('}');
  }
  out.close(']').close('}');
  return out.take();
}

Expected<Manifest, std::string> parse_manifest(std::string_view text) {
  const auto value = parse_json_file(text);
  if (!value) return Unexpected{value.error()};
  std::optional<ReadFault> fault;
  ObjectReader in(*value, "", fault);
  Manifest manifest;
  if (in.integer("format") != manifest_format) in.fail("format", "is not known to this program");
  manifest.at = in.instant("at");
  read_each(list_in(in, "ledgers"), "ledgers", fault, [&](ObjectReader& element) {
    Manifest::Ledger ledger;
    ledger.region = RegionId(element.string("region"));
    if (!is_region_name(ledger.region.value)) element.fail("region", "is no region's name");
    ledger.seq = ledger.tree.size = element.integer("seq");
    const auto root = parse_tree_hash(element.string("root"));
    if (!root) element.fail("root", "is not 32 bytes in base64");
    ledger.tree.root = root.value_or(TreeHash{});
    ledger.fingerprint = read_digest(element, "fingerprint");
    element.refuse_others();
    manifest.ledgers.push_back(std::move(ledger));
  });
  read_each(list_in(in, "files"), "files", fault, [&](ObjectReader& element) {
    Manifest::File file{element.string("path"), element.integer("bytes"), element.string("sha256")};
    if (!is_inside(file.path)) element.fail("path", "leads out of the backup");
    element.refuse_others();
    manifest.files.push_back(std::move(file));
  });
  in.refuse_others();
  if (fault) return Unexpected{fault->place + " " + fault->what};
  return manifest;
}

}  // namespace creditfold::edge
