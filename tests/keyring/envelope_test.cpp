// SPDX-License-Identifier: Apache-2.0
// Sealed texts and wrapped keys, byte by byte: what opens, what does not, and the example of the format document.
#include <catch2/catch.hpp>

#include <fstream>
#include <numeric>
#include <sstream>

#include "events/codec.hpp"
#include "ledger/keyring/envelope.hpp"
#include "tests/acme.hpp"
#include "tests/events/samples.hpp"

using namespace creditfold;
using namespace creditfold::keyring;
using test::acme;

namespace {

DataKey counting_key() {
  Secret bytes(data_key_bytes);
  std::iota(bytes.data(), bytes.data() + bytes.size(), std::uint8_t{0});
  return DataKey(bytes);
}

// The bytes of the document's "sealed event" (tests/events/format_test.cpp reads the others).
std::vector<std::uint8_t> sealed_event_of_format() {
  std::ifstream file(SOURCE_DIRECTORY "/events/FORMAT.md");
  std::string hex;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "```hex sealed event") {
      inside = true;
    } else if (inside && line == "```") {
      break;
    } else if (inside) {
      hex += line.substr(0, line.find("  "));
    }
  }
  return test::from_hex(hex);
}

}  // namespace

TEST_CASE("EKM-5: a text opens for its account and version, in either form, and for nobody else") {
  const DataKey key = DataKey::make();
  const DataKey other = DataKey::make();
  for (const std::string& words :
       {std::string(), std::string("a"), std::string("grüß"), std::string(text_bytes_max, 'x')}) {
    const FreeText plain{std::string(words)};
    for (const bool boxed : {false, true}) {
      CAPTURE(words.size(), boxed);
      const FreeText sealed = boxed ? seal_to(key.public_key(), acme, 7, plain) : key.seal(acme, 7, plain);
      CHECK(sealed.sealed());
      CHECK(FreeText::valid(sealed.value));
      if (words.size() >= 4)
        CHECK(sealed.value.find(words) == std::string::npos);  // a short one may be there by chance
      REQUIRE(key.open(acme, 7, sealed).has_value());
      CHECK(*key.open(acme, 7, sealed) == plain);
      CHECK_FALSE(key.open(acme, 8, sealed));
      CHECK_FALSE(key.open(AccountId("acmf"), 7, sealed));
      CHECK_FALSE(key.open(AccountId("acm"), 7, sealed));
      CHECK_FALSE(other.open(acme, 7, sealed));
    }
  }
  CHECK_FALSE(key.open(acme, 7, FreeText{std::string("plain")}));
  CHECK(key.seal(acme, 7, FreeText{std::string("twice")}).value !=
        key.seal(acme, 7, FreeText{std::string("twice")}).value);
}

TEST_CASE("EKM-5: a sealed text that was changed in any bit does not open") {
  const DataKey key = DataKey::make();
  for (const bool boxed : {false, true}) {
    const FreeText plain{std::string("the invoice")};
    FreeText sealed = boxed ? seal_to(key.public_key(), acme, 7, plain) : key.seal(acme, 7, plain);
    for (std::size_t i = 0; i < sealed.value.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        sealed.value[i] = static_cast<char>(sealed.value[i] ^ (1 << bit));
        INFO("byte " << i << ", bit " << bit);
        CHECK_FALSE(key.open(acme, 7, sealed).has_value());
        sealed.value[i] = static_cast<char>(sealed.value[i] ^ (1 << bit));
      }
    }
    CHECK(key.open(acme, 7, sealed).has_value());
  }
}

TEST_CASE("EKM-5: the longest account, version and text fit the limits that decoding names") {
  const AccountId longest(std::string(id_bytes_max, 'a'));
  const DataKey key = DataKey::make();
  const FreeText text{std::string(text_bytes_max, 'x')};
  const FreeText boxed = seal_to(key.public_key(), longest, INT64_MAX, text);
  CHECK(boxed.value.size() == boxed_overhead_bytes_max + text_bytes_max);
  CHECK(*key.open(longest, INT64_MAX, boxed) == text);
  CHECK(seal_to(key.public_key(), AccountId("a"), 1, FreeText{}).value.size() == boxed_overhead_bytes_min);
  CHECK(key.seal(acme, 1, FreeText{}).value.size() == keyed_overhead_bytes);
}

TEST_CASE("EKM-5: the same data key gives the same public key, and another another") {
  CHECK(counting_key().public_key() == counting_key().public_key());
  CHECK(DataKey::make().public_key() != DataKey::make().public_key());
}

TEST_CASE(
    "EKM-1: a wrapping has its public key and the key service's ciphertext, and nothing shorter or other is one") {
  const Wrapping wrapping{.public_key = counting_key().public_key(), .ciphertext = {1, 2, 3}};
  const Bytes bytes = to_bytes(wrapping);
  CHECK(bytes.value.size() == 1 + 32 + 3);
  CHECK(bytes.value.front() == 1);
  const auto back = parse_wrapping(bytes);
  REQUIRE(back);
  CHECK(back->public_key == wrapping.public_key);
  CHECK(back->ciphertext == wrapping.ciphertext);
  CHECK_FALSE(parse_wrapping(Bytes{}));
  CHECK_FALSE(parse_wrapping(Bytes{{bytes.value.begin(), bytes.value.begin() + 33}}));
  Bytes other = bytes;
  other.value.front() = 2;
  CHECK_FALSE(parse_wrapping(other));
}

TEST_CASE("EKM-5: the sealed text of the format document opens with the data key 00 01 02 … 1f") {
  const auto bytes = sealed_event_of_format();
  const auto event = decode_event(bytes);
  REQUIRE(event);
  std::vector<std::uint8_t> again;
  encode_event(*event, again);
  CHECK(again == bytes);
  const auto opened =
      counting_key().open(event->account, event->version, *std::get<AccessChanged>(event->payload).reason);
  REQUIRE(opened);
  CHECK(opened->value == "hi");
}
