// SPDX-License-Identifier: Apache-2.0
#include "events/chain/checkpoint.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "events/chain/merkle.hpp"
#include "events/log.hpp"

namespace creditfold {
namespace {

constexpr std::string_view signature_mark = "\xE2\x80\x94 ";  // an em dash and a space
constexpr std::uint8_t ed25519_algorithm = 0x01;
using Signature = std::array<std::uint8_t, crypto_sign_BYTES>;

void require_sodium() {
  if (sodium_init() < 0) throw Fault(Fault::Kind::unavailable, "libsodium cannot be used on this machine");
}

// Nothing unless it is the one encoding of `count` bytes.
template <std::size_t count>
std::optional<std::array<std::uint8_t, count>> parse_base64(std::string_view text) {
  std::array<std::uint8_t, count> bytes{};
  std::size_t length = 0;
  const char* end = nullptr;
  const int bad = sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, &end,
                                    sodium_base64_VARIANT_ORIGINAL);
  if (bad != 0 || length != count || end != text.data() + text.size()) return std::nullopt;
  if (to_base64(bytes) != text) return std::nullopt;  // libsodium 1.0.18 looks at seven bits of a letter
  return bytes;
}

// The first line of `rest`, which moves behind it; nothing when there is no whole line.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool whole = error == std::errc() && end == text.data() + text.size() && size >= 0;
  if (!whole || std::to_string(size) != text) return std::nullopt;
  return size;
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  hex.pop_back();
  return hex;
}

struct NoteParts {
  std::string_view text;        // with its last line end
  std::string_view signatures;  // lines
};

Expected<NoteParts, std::string> split_note(std::string_view note) {
  if (note.size() > note_bytes_max) return Unexpected{std::string("it is longer than 64 KiB")};
  const std::size_t gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) return Unexpected{std::string("no empty line stands before its signatures")};
  const NoteParts parts{note.substr(0, gap + 1), note.substr(gap + 2)};
  if (parts.signatures.empty() || !parts.signatures.ends_with('\n')) {
    return Unexpected{std::string("its signatures do not end with a line end")};
  }
  return parts;
}

}  // namespace

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the zero behind it
  return text;
}

std::string to_base64(const TreeHash& hash) { return to_base64(std::span(hash)); }

std::optional<TreeHash> parse_tree_hash(std::string_view base64) { return parse_base64<32>(base64); }

bool is_key_name(std::string_view name) {
  return !name.empty() && name.size() <= key_name_bytes_max &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~' && c != '+'; });
}

std::string to_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.tree.size) + "\n" + to_base64(checkpoint.tree.root) +
         "\n";
}

Expected<Checkpoint, std::string> parse_checkpoint(std::string_view text) {
  std::string_view rest = text;
  const auto origin = take_line(rest);
  const auto size_line = take_line(rest);
  const auto root_line = take_line(rest);
  if (!root_line) return Unexpected{std::string("it has no three lines: origin, size and root")};
  if (origin->empty()) return Unexpected{std::string("its origin, line 1, is empty")};
  const auto size = parse_size(*size_line);
  if (!size) return Unexpected{"its size, line 2, is no number of events: \"" + std::string(*size_line) + "\""};
  const auto root = parse_tree_hash(*root_line);
  if (!root) return Unexpected{"its root, line 3, is no SHA-256 in base64: \"" + std::string(*root_line) + "\""};
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (!line || line->empty()) return Unexpected{std::string("an extension line is empty or does not end")};
  }
  return Checkpoint{std::string(*origin), {*size, *root}};
}

std::array<std::uint8_t, 4> NoteVerifier::id() const {
  std::string hashed = name + '\n' + static_cast<char>(ed25519_algorithm);
  hashed.append(key.begin(), key.end());
  const TreeHash hash = sha256(hashed);
  return {hash[0], hash[1], hash[2], hash[3]};
}

std::string NoteVerifier::to_vkey() const {
  std::vector<std::uint8_t> typed{ed25519_algorithm};
  typed.insert(typed.end(), key.begin(), key.end());
  return name + "+" + hex_of(id()) + "+" + to_base64(typed);
}

Expected<NoteVerifier, std::string> parse_vkey(std::string_view vkey) {
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return Unexpected{std::string("a key is NAME+ID+KEY")};
  NoteVerifier verifier{std::string(vkey.substr(0, first)), {}};
  const auto typed = parse_base64<33>(vkey.substr(second + 1));
  if (!is_key_name(verifier.name)) return Unexpected{std::string("its name is no name of a key")};
  if (!typed || typed->front() != ed25519_algorithm) return Unexpected{std::string("it is no Ed25519 key in base64")};
  std::copy(typed->begin() + 1, typed->end(), verifier.key.begin());
  if (vkey.substr(first + 1, second - first - 1) != hex_of(verifier.id())) {
    return Unexpected{std::string("its id is not that of its name and key")};
  }
  return verifier;
}

NoteSeed random_seed() {
  require_sodium();
  NoteSeed seed{};
  randombytes_buf(seed.data(), seed.size());
  return seed;
}

NoteSigner::NoteSigner(std::string name, const NoteSeed& seed) : verifier_{std::move(name), {}} {
  require_sodium();
  crypto_sign_seed_keypair(verifier_.key.data(), secret_.data(), seed.data());
}

NoteSigner::~NoteSigner() { sodium_memzero(secret_.data(), secret_.size()); }

std::string NoteSigner::sign(const std::string& text) const {
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       secret_.data());
  const auto id = verifier_.id();
  std::vector<std::uint8_t> signed_by(id.begin(), id.end());
  signed_by.insert(signed_by.end(), signature.begin(), signature.end());
  return text + "\n" + std::string(signature_mark) + verifier_.name + " " + to_base64(signed_by) + "\n";
}

Expected<std::string, std::string> open_note(std::string_view note, const NoteVerifier& verifier) {
  require_sodium();
  const auto parts = split_note(note);
  if (!parts) return Unexpected{parts.error()};
  std::string_view rest = parts->signatures;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest).value_or(std::string_view());
    const std::size_t space = line.rfind(' ');
    if (!line.starts_with(signature_mark) || space < signature_mark.size()) {
      return Unexpected{"a signature line is none: \"" + std::string(line) + "\""};
    }
    if (line.substr(signature_mark.size(), space - signature_mark.size()) != verifier.name) continue;
    const auto bytes = parse_base64<4 + crypto_sign_BYTES>(line.substr(space + 1));
    if (!bytes) return Unexpected{"the signature of " + verifier.name + " is no Ed25519 signature in base64"};
    const auto id = verifier.id();
    if (!std::equal(id.begin(), id.end(), bytes->begin())) continue;
    const auto* text = reinterpret_cast<const unsigned char*>(parts->text.data());
    if (crypto_sign_verify_detached(bytes->data() + id.size(), text, parts->text.size(), verifier.key.data()) != 0) {
      return Unexpected{"the signature of " + verifier.name + " is not of this text"};
    }
    return std::string(parts->text);
  }
  return Unexpected{"no signature is by " + verifier.name + " with the key " + hex_of(verifier.id())};
}

Expected<Checkpoint, std::string> read_checkpoint(std::string_view note) {
  const auto parts = split_note(note);
  if (!parts) return Unexpected{parts.error()};
  return parse_checkpoint(parts->text);
}

Expected<Checkpoint, std::string> open_checkpoint(std::string_view note, const NoteVerifier& verifier) {
  const auto text = open_note(note, verifier);
  if (!text) return Unexpected{text.error()};
  auto checkpoint = parse_checkpoint(*text);
  if (checkpoint && checkpoint->origin != verifier.name) {
    return Unexpected{"it is of the log " + checkpoint->origin + ", and its signature is " + verifier.name + "'s"};
  }
  return checkpoint;
}

}  // namespace creditfold
