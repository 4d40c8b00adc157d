// SPDX-License-Identifier: Apache-2.0
// A tree head that somebody has signed: the body is C2SP tlog-checkpoint, around it a C2SP signed-note with an Ed25519
// signature (libsodium). Texts in, texts out; which key is whose is the caller's business.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/expected.hpp"
#include "events/tree.hpp"

namespace creditfold {

// A note is read from files and from elsewhere: a checkpoint with dozens of cosignatures is below this.
inline constexpr std::size_t note_bytes_max = 64U << 10;
inline constexpr std::size_t key_name_bytes_max = 255;

struct Checkpoint {
  std::string origin;
  TreeHead tree;
};

// Three lines: origin, size, root. REQUIRES: is_key_name(origin).
[[nodiscard]] std::string to_text(const Checkpoint& checkpoint);
// Extension lines behind the three are taken and left out. The error says what is wrong.
[[nodiscard]] Expected<Checkpoint, std::string> parse_checkpoint(std::string_view text);

// What a key or an origin may be called: printable ASCII without space and plus.
[[nodiscard]] bool is_key_name(std::string_view name);

// Who a note is checked against. As text, "name+id+key", it is what other tools call a vkey.
struct NoteVerifier {
  std::string name;
  std::array<std::uint8_t, 32> key{};  // Ed25519

  // The first four bytes of SHA-256(name || 0x0a || 0x01 || key).
  [[nodiscard]] std::array<std::uint8_t, 4> id() const;
  [[nodiscard]] std::string to_vkey() const;
};
[[nodiscard]] Expected<NoteVerifier, std::string> parse_vkey(std::string_view vkey);

using NoteSeed = std::array<std::uint8_t, 32>;
[[nodiscard]] NoteSeed random_seed();

class NoteSigner {
 public:
  // REQUIRES: is_key_name(name).
  NoteSigner(std::string name, const NoteSeed& seed);
  ~NoteSigner();
  NoteSigner(const NoteSigner&) = delete;
  NoteSigner& operator=(const NoteSigner&) = delete;

  [[nodiscard]] const NoteVerifier& verifier() const { return verifier_; }
  // The whole note. REQUIRES: `text` ends with a line end and has no empty line.
  [[nodiscard]] std::string sign(const std::string& text) const;

 private:
  NoteVerifier verifier_;
  std::array<std::uint8_t, 64> secret_{};
};

// The text of a note that carries the verifier's good signature; signatures of others are passed over. The error says
// what is wrong.
[[nodiscard]] Expected<std::string, std::string> open_note(std::string_view note, const NoteVerifier& verifier);
// The checkpoint in a note, whoever signed it.
[[nodiscard]] Expected<Checkpoint, std::string> read_checkpoint(std::string_view note);
// A checkpoint of the log the verifier is named after.
[[nodiscard]] Expected<Checkpoint, std::string> open_checkpoint(std::string_view note, const NoteVerifier& verifier);

[[nodiscard]] std::string to_base64(std::span<const std::uint8_t> bytes);
[[nodiscard]] std::string to_base64(const TreeHash& hash);
// Nothing unless it is exactly one hash.
[[nodiscard]] std::optional<TreeHash> parse_tree_hash(std::string_view base64);

}  // namespace creditfold
