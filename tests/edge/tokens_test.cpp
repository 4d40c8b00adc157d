// SPDX-License-Identifier: Apache-2.0
// IA-5, AC-3: tokens are random, kept as hashes, found in constant steps, ended and taken back; a file that is not
// right lets nobody in.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "events/log.hpp"
#include "ledger/edge/tokens.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::edge;
using creditfold::test::TemporaryDirectory;

namespace {

const Instant now = *parse_instant("2026-03-10T12:00:00Z");
const Instant later = *parse_instant("2026-03-11T12:00:00Z");

Scope reading(const char* account) { return {.account = AccountId(account), .write = false}; }

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint32_t mode_of(const std::filesystem::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("IA-5: a token is 256 random bits, shown once and stored as a hash in a file of its owner") {
  const TemporaryDirectory directory;
  TokenFile file(directory.path());
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const NewToken made = file.create(reading("acme"), "ci", now, std::nullopt);
    CHECK(made.token.size() == 3 + 12 + 1 + 43);
    CHECK(seen.insert(made.token).second);
    CHECK(made.token.find(made.record.id) == 3);
    CHECK(bytes_of(file.file()).find(made.token.substr(16)) == std::string::npos);
    CHECK(bytes_of(file.file()).find(made.record.hash) != std::string::npos);
  }
  CHECK(mode_of(file.file()) == 0600);
  REQUIRE(file.read().size() == 20);
  CHECK(file.read()[3].label == "ci");
  CHECK(file.read()[3].scope.account == AccountId("acme"));
}

TEST_CASE("IA-5: a token is found with its scope until it ends or is revoked, at once") {
  const TemporaryDirectory directory;
  TokenFile file(directory.path());
  TokenCheck check(directory.path(), "");
  CHECK_FALSE(check.required());
  CHECK_FALSE(check.find("cf_000000000000_x", now));
  const NewToken reader = file.create(reading("acme"), "", now, later);
  CHECK(check.required());
  const NewToken writer = file.create({.account = AccountId("zeta"), .write = true}, "", now, std::nullopt);
  const NewToken vendor = file.create({}, "", now, std::nullopt);
  REQUIRE(check.find(reader.token, now));
  CHECK(check.find(reader.token, now)->account == AccountId("acme"));
  CHECK_FALSE(check.find(reader.token, now)->write);
  CHECK(check.find(writer.token, now)->write);
  CHECK(check.find(vendor.token, now)->is_operator());
  CHECK_FALSE(check.find(reader.token, later));  // it has ended
  CHECK(check.find(writer.token, later));
  // Nothing near a token is one.
  CHECK_FALSE(check.find(writer.token + "a", now));
  CHECK_FALSE(check.find(writer.token.substr(0, writer.token.size() - 1), now));
  CHECK_FALSE(check.find(std::string(writer.token).replace(3, 12, reader.record.id), now));
  CHECK_FALSE(check.find("", now));
  CHECK_FALSE(check.find(writer.record.hash, now));
  REQUIRE(file.revoke(writer.record.id, later));
  CHECK_FALSE(check.find(writer.token, now));
  CHECK(file.revoke(writer.record.id, now)->revoked_at == later);  // taken back once
  CHECK_FALSE(file.revoke("0123456789ab", now));
}

TEST_CASE("AC-3: taking the last token back does not open the service") {
  const TemporaryDirectory directory;
  TokenFile file(directory.path());
  TokenCheck check(directory.path(), "");
  const NewToken only = file.create({}, "", now, std::nullopt);
  REQUIRE(file.revoke(only.record.id, now));
  CHECK(check.required());
  CHECK_FALSE(check.find(only.token, now));
}

TEST_CASE("AC-3: a token file that others may read, or that is not what was written, lets nobody in") {
  const TemporaryDirectory directory;
  TokenFile file(directory.path());
  const NewToken made = file.create({}, "", now, std::nullopt);
  REQUIRE(::chmod(file.file().c_str(), 0640) == 0);
  CHECK_THROWS_AS(TokenFile(directory.path()).read(), Fault);
  REQUIRE(::chmod(file.file().c_str(), 0600) == 0);
  CHECK(file.read().size() == 1);
  const std::string whole = bytes_of(file.file());
  for (const auto& [from, to] : {std::pair<std::string, std::string>{"\"operator\"", "\"root\""},
                                 {"\"format\":1", "\"format\":2"},
                                 {"\"write\":false", "\"write\":1"},
                                 {made.record.hash, made.record.hash.substr(1)},
                                 {"\"tokens\":[", "\"tokens\":{"}}) {
    std::string broken = whole;
    broken.replace(broken.find(from), from.size(), to);
    std::ofstream(file.file(), std::ios::binary | std::ios::trunc) << broken;
    TokenCheck check(directory.path(), "");
    INFO(broken);
    CHECK_THROWS_AS(check.required(), Fault);
    CHECK_THROWS_AS(check.find(made.token, now), Fault);
  }
}

TEST_CASE("IA-5: tokens made at the same time are all kept") {
  const TemporaryDirectory directory;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      TokenFile file(directory.path());
      for (int n = 0; n < 5; ++n) (void)file.create(reading("acme"), "", now, std::nullopt);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(TokenFile(directory.path()).read().size() == 40);
}

TEST_CASE("IA-5: a process leaves a token for whoever owns its directory, and takes it along") {
  const TemporaryDirectory directory;
  {
    const ProcessToken process(directory.path());
    CHECK(mode_of(directory.path() / "service.token") == 0600);
    const auto token = read_process_token(directory.path());
    REQUIRE(token);
    TokenCheck check(directory.path(), process.hash());
    REQUIRE(check.find(*token, now));
    CHECK(check.find(*token, now)->is_operator());
    CHECK_FALSE(check.find(*token + "x", now));
    CHECK_FALSE(check.required());  // it opens, but asks for nothing
  }
  CHECK_FALSE(read_process_token(directory.path()));
}
