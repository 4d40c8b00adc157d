// SPDX-License-Identifier: Apache-2.0
// Checkpoints and the notes around them: another's example, our own, and everything that is wrong with one.
#include <catch2/catch.hpp>

#include <string>

#include "events/chain/checkpoint.hpp"
#include "events/chain/merkle.hpp"

using namespace creditfold;

namespace {

NoteSeed seed_of(std::uint8_t first) {
  NoteSeed seed{};
  seed[0] = first;
  return seed;
}

const Checkpoint of_seven{"creditfold/us", {7, sha256("seven")}};

std::string what_is_wrong(const std::string& note, const NoteVerifier& verifier) {
  const auto opened = open_checkpoint(note, verifier);
  return opened ? "nothing" : opened.error();
}

}  // namespace

TEST_CASE("A note that golang.org/x/mod/sumdb/note gives as its example opens with its key") {
  const auto verifier = parse_vkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  REQUIRE(verifier);
  CHECK(verifier->to_vkey() == "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  const std::string text =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const std::string note =
      text +
      "\n\xE2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
  const auto opened = open_note(note, *verifier);
  REQUIRE(opened);
  CHECK(*opened == text);
}

TEST_CASE("A checkpoint comes back from its note, with a signature of somebody else beside ours") {
  const NoteSigner signer("creditfold/us", seed_of(1));
  const std::string note = signer.sign(to_text(of_seven));
  const auto opened = open_checkpoint(note, signer.verifier());
  REQUIRE(opened);
  CHECK(opened->origin == "creditfold/us");
  CHECK(opened->tree == of_seven.tree);
  const NoteSigner witness("witness", seed_of(2));
  const std::string cosigned = note + witness.sign(to_text(of_seven)).substr(to_text(of_seven).size() + 1);
  CHECK(open_checkpoint(cosigned, signer.verifier()));
  CHECK(open_note(cosigned, witness.verifier()));
  CHECK(what_is_wrong(cosigned, witness.verifier()) ==
        "it is of the log creditfold/us, and its signature is witness's");
}

TEST_CASE("A note with any one bit changed is refused") {
  const NoteSigner signer("creditfold/us", seed_of(1));
  std::string note = signer.sign(to_text(of_seven));
  for (std::size_t i = 0; i < note.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      const char kept = note[i];
      note[i] = static_cast<char>(kept ^ (1 << bit));
      if (open_checkpoint(note, signer.verifier())) FAIL("byte " << i << ", bit " << bit);
      note[i] = kept;
    }
  }
  CHECK(open_checkpoint(note, signer.verifier()));
}

TEST_CASE("What is wrong with a note is said") {
  const NoteSigner signer("creditfold/us", seed_of(1));
  const NoteSigner other("creditfold/us", seed_of(2));
  const std::string note = signer.sign(to_text(of_seven));
  CHECK(what_is_wrong("", signer.verifier()) == "no empty line stands before its signatures");
  CHECK(what_is_wrong(note.substr(0, note.size() - 1), signer.verifier()) ==
        "its signatures do not end with a line end");
  CHECK(what_is_wrong(note, other.verifier()).find("no signature is by creditfold/us with the key ") == 0);
  CHECK(what_is_wrong("x" + note, signer.verifier()) == "the signature of creditfold/us is not of this text");
  CHECK(what_is_wrong(std::string(note_bytes_max, 'x') + note, signer.verifier()) == "it is longer than 64 KiB");
  CHECK(what_is_wrong(signer.sign("creditfold/us\n7\n"), signer.verifier()) ==
        "it has no three lines: origin, size and root");
  CHECK(what_is_wrong(signer.sign("creditfold/us\n07\nxx\n"), signer.verifier()) ==
        "its size, line 2, is no number of events: \"07\"");
  CHECK(what_is_wrong(signer.sign("creditfold/us\n7\nxx\n"), signer.verifier()) ==
        "its root, line 3, is no SHA-256 in base64: \"xx\"");
  const std::string extended = to_text(of_seven) + "an extension\n";
  CHECK(what_is_wrong(signer.sign(extended), signer.verifier()) == "nothing");
}

TEST_CASE("A key's text says what is wrong with it") {
  const std::string vkey = NoteSigner("creditfold/us", seed_of(1)).verifier().to_vkey();
  CHECK(parse_vkey(vkey));
  CHECK(parse_vkey("creditfold/us").error() == "a key is NAME+ID+KEY");
  CHECK(parse_vkey("a b" + vkey).error() == "its name is no name of a key");
  CHECK(parse_vkey("x" + vkey).error() == "its id is not that of its name and key");
  CHECK(parse_vkey(vkey.substr(0, vkey.size() - 4)).error() == "it is no Ed25519 key in base64");
  CHECK_FALSE(is_key_name("a+b"));
  CHECK_FALSE(is_key_name(""));
}
