// SPDX-License-Identifier: Apache-2.0
// The local key service: every ARN a key of its own, in a file that only its owner reads.
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <fstream>

#include "ledger/keyring/local_key_service.hpp"
#include "ledger/keyring/open_key_service.hpp"
#include "tests/acme.hpp"
#include "tests/keyring/key_arns.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::keyring;
using test::acme;
using test::one;
using test::two;

namespace {

Secret secret_of(std::uint8_t filler) {
  Secret secret(32);
  std::fill(secret.data(), secret.data() + secret.size(), filler);
  return secret;
}

}  // namespace

TEST_CASE("EKM-1: what the local service encrypts with one key for one account opens with those only, also later") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "keys";
  LocalKeyService service(file);
  CHECK(service.decrypt(one, acme, Ciphertext(100, 0)).error().code == "not_local");
  CHECK_FALSE(std::filesystem::exists(file));  // asking makes none
  const auto ciphertext = service.encrypt(one, acme, secret_of(7));
  REQUIRE(ciphertext.has_value());
  struct stat about {};
  REQUIRE(::stat(file.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  LocalKeyService later(file);
  const auto back = later.decrypt(one, acme, *ciphertext);
  REQUIRE(back.has_value());
  CHECK(std::equal(back->span().begin(), back->span().end(), secret_of(7).data()));
  CHECK(later.decrypt(two, acme, *ciphertext).error().code == "invalid_ciphertext");
  CHECK(later.decrypt(one, AccountId("other"), *ciphertext).error().code == "invalid_ciphertext");
  const auto moved = later.re_encrypt(one, two, acme, *ciphertext);
  REQUIRE(moved.has_value());
  CHECK(later.decrypt(two, acme, *moved).has_value());
  CHECK_FALSE(later.decrypt(one, acme, *moved).has_value());
  const auto described = later.describe(one);
  REQUIRE(described.has_value());
  CHECK(described->aws_account == "111122223333");
  CHECK(described->enabled);
}

TEST_CASE("EKM-1: a key file that others can read, or that is none, is not used") {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "keys";
  LocalKeyService service(file);
  REQUIRE(service.encrypt(one, acme, secret_of(7)).has_value());
  REQUIRE(::chmod(file.c_str(), 0640) == 0);
  CHECK(service.encrypt(one, acme, secret_of(7)).error().what.find("chmod 600") != std::string::npos);
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  std::ofstream(file, std::ios::trunc) << "something else";
  CHECK(service.encrypt(one, acme, secret_of(7)).error().code == "local_file");
  CHECK(LocalKeyService(directory.path() / "none" / "keys").encrypt(one, acme, secret_of(7)).error().code ==
        "local_file");
}

TEST_CASE("EKM-1: the local service is for this machine only, and is what serves there when nothing is said") {
  const auto open = [](std::optional<std::string> service, bool loopback_only) {
    return open_key_service(
        {.service = std::move(service), .endpoint = std::nullopt, .data = "d", .loopback_only = loopback_only});
  };
  CHECK(open(std::nullopt, true)->name() == "local");
  CHECK(open("local:elsewhere", true)->name() == "local");
  CHECK(open(std::nullopt, false) == nullptr);
  CHECK(open("none", true) == nullptr);
  CHECK_THROWS_AS(open("local", false), BadKeyService);
  CHECK_THROWS_AS(open("local:elsewhere", false), BadKeyService);
  CHECK_THROWS_AS(open("local:", true), BadKeyService);
  CHECK_THROWS_AS(open("vault", true), BadKeyService);
  CHECK_THROWS_AS(
      open_key_service({.service = "local", .endpoint = "https://kms.example/", .data = "d", .loopback_only = true}),
      BadKeyService);
}
