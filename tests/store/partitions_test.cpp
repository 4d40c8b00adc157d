// SPDX-License-Identifier: Apache-2.0
// RES-1: a data directory knows its regions. One whose folder is not there, which may be a mount that failed, is never
// taken for one that never was.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include "events/store/partitions.hpp"
#include "events/store/region_list.hpp"
#include "tests/store/moving.hpp"
#include "tests/store/on_disk.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

namespace fs = std::filesystem;

const RegionId us("us");
const RegionId eu("eu");
const RegionId jp("jp");

// With an account in each of two regions.
void fill(const fs::path& data) {
  SqlitePartitions partitions(data, false);
  REQUIRE(append_one(partitions.open(us), batch_of("acme", "k", 0, 3)));
  REQUIRE(append_one(partitions.open(eu), batch_of("nova", "k", 0, 3)));
}

std::vector<RegionId> regions_of(const fs::path& data, bool read_only) {
  return SqlitePartitions(data, read_only).regions();
}

struct Refused {
  std::optional<Fault::Kind> kind;
  std::string what;
};
Refused refused(const fs::path& data, bool read_only) {
  try {
    const SqlitePartitions partitions(data, read_only);
    return {};
  } catch (const Fault& fault) {
    return {fault.kind(), fault.what()};
  }
}

// What somebody is told who may do nothing here that only the owner may.
std::string told_to_somebody_else(const fs::path& data) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    const bool dropped = ::geteuid() != 0 || ::setuid(nobody) == 0;
    const std::string what = dropped ? refused(data, true).what : "not dropped";
    ::_exit(::write(ends[1], what.data(), what.size()) == static_cast<ssize_t>(what.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string what(4096, '\0');
  const ssize_t got = ::read(ends[0], what.data(), what.size());
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  what.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return what;
}

}  // namespace

TEST_CASE("RES-1: a directory does not open without a region that has a ledger, and nothing is made in its place") {
  const TemporaryDirectory directory;
  const fs::path data = directory.data();
  fill(data);
  CHECK(content_of(data / "regions.txt") == "eu\nus\n");
  const fs::path folder = data / "eu";
  const fs::path aside = directory.path() / "aside";
  fs::rename(folder, aside);
  const std::vector<std::pair<const char*, std::function<void()>>> variants{
      {"not there", [] {}},
      {"empty", [&] { fs::create_directory(folder); }},
      {"a file", [&] { put_content(folder, ""); }},
      {"a link that leads nowhere", [&] { fs::create_directory_symlink(directory.path() / "nowhere", folder); }},
      {"its ledger removed", [&] {
         fs::copy(aside, folder, fs::copy_options::recursive);
         fs::remove(folder / "ledger.db");
       }},
      {"its ledger empty", [&] {
         fs::create_directory(folder);
         put_content(folder / "ledger.db", "");
       }}};
  for (const auto& [name, make] : variants) {
    make();
    for (const bool read_only : {true, false}) {
      CAPTURE(name, read_only);
      const Refused told = refused(data, read_only);
      CHECK(told.kind == Fault::Kind::unavailable);
      CHECK(told.what == "region eu has no ledger in " + folder.string() + ", though " +
                             (data / "regions.txt").string() + " lists it; its folder may not be mounted");
      CHECK(content_of(folder / "ledger.db").empty());
    }
    fs::remove_all(folder);
  }
  fs::rename(aside, folder);
  CHECK(regions_of(data, true) == std::vector<RegionId>{eu, us});
  CHECK(regions_of(data, false) == std::vector<RegionId>{eu, us});
}

TEST_CASE("RES-1: a region that was begun and is not listed locks nobody out, and is listed by the next that writes") {
  const TemporaryDirectory directory;
  const fs::path data = directory.data();
  fill(data);
  SECTION("without tables") {
    fs::create_directory(data / "jp");
    put_content(data / "jp" / "ledger.db", "");
    CHECK(regions_of(data, true) == std::vector<RegionId>{eu, us});
  }
  SECTION("whole") {
    static_cast<void>(open_sqlite({.directory = data / "jp", .read_only = false, .region = jp, .locked = true}));
    CHECK(regions_of(data, true) == std::vector<RegionId>{eu, jp, us});
  }
  CHECK(content_of(data / "regions.txt") == "eu\nus\n");
  CHECK(regions_of(data, false) == std::vector<RegionId>{eu, jp, us});
  CHECK(content_of(data / "regions.txt") == "eu\njp\nus\n");
}

TEST_CASE("RES-1: a region that cannot be listed is not opened, and can be later") {
  const TemporaryDirectory directory;
  const fs::path data = directory.data();
  fill(data);
  SqlitePartitions partitions(data, false);
  fs::create_directories(data / "regions.txt.part" / "in the way");
  CHECK_THROWS_AS(partitions.open(jp), Fault);
  CHECK(partitions.find(jp) == nullptr);
  CHECK(partitions.regions() == std::vector<RegionId>{eu, us});
  CHECK(content_of(data / "regions.txt") == "eu\nus\n");
  fs::remove_all(data / "regions.txt.part");
  CHECK(partitions.open(jp).region() == jp);
  CHECK(content_of(data / "regions.txt") == "eu\njp\nus\n");
}

TEST_CASE("RES-1: a directory from before there was a list gets one when it is opened to write") {
  const TemporaryDirectory directory;
  const fs::path data = directory.data();
  fill(data);
  fs::remove(data / "regions.txt");
  CHECK(regions_of(data, true) == std::vector<RegionId>{eu, us});
  CHECK_FALSE(fs::exists(data / "regions.txt"));
  CHECK(regions_of(data, false) == std::vector<RegionId>{eu, us});
  CHECK(content_of(data / "regions.txt") == "eu\nus\n");
}

TEST_CASE("RES-1: a directory from before there was a list gets none while a region is away that accounts left for") {
  const TemporaryDirectory directory;
  const fs::path data = directory.data();
  fill(data);
  {
    SqlitePartitions partitions(data, false);
    move_account(partitions.open(us), partitions.open(eu), "acme", "m");
  }
  fs::remove(data / "regions.txt");
  fs::rename(data / "eu", directory.path() / "aside");
  const Refused told = refused(data, false);
  CHECK(told.kind == Fault::Kind::unavailable);
  CHECK(told.what == "account acme left us for eu, and there is no ledger in " + (data / "eu").string() +
                         "; its folder may not be mounted. To go on without it for good, list the regions that are "
                         "left in " +
                         (data / "regions.txt").string());
  CHECK_FALSE(fs::exists(data / "regions.txt"));
  fs::rename(directory.path() / "aside", data / "eu");
  CHECK(regions_of(data, false) == std::vector<RegionId>{eu, us});
  CHECK(content_of(data / "regions.txt") == "eu\nus\n");
}

TEST_CASE("RES-1: a region that an account only came through need not be there for the first list") {
  const TemporaryDirectory directory;
  const fs::path data = directory.data();
  const RegionId jp("jp");
  fill(data);
  {
    SqlitePartitions partitions(data, false);
    move_account(partitions.open(us), partitions.open(eu), "acme", "m");
    move_account(partitions.open(eu), partitions.open(jp), "acme", "n");
  }
  fs::remove(data / "regions.txt");
  fs::remove_all(data / "eu");
  CHECK(regions_of(data, false) == std::vector<RegionId>{jp, us});
}

TEST_CASE("RES-1: a list that is none is damage, with the line; one as an editor leaves it is read") {
  const TemporaryDirectory directory;
  const fs::path data = directory.data();
  fill(data);
  put_content(data / "regions.txt", "eu\n../us\n");
  const Refused told = refused(data, true);
  CHECK(told.kind == Fault::Kind::damaged);
  CHECK(told.what == (data / "regions.txt").string() + ": line 2 is no region's name");
  for (const char* list : {"eu\nus", "eu\r\nus\r\n", "eu\n\nus\n\n"}) {
    put_content(data / "regions.txt", list);
    CHECK(regions_of(data, true) == std::vector<RegionId>{eu, us});
  }
}

TEST_CASE("RES-1: a folder that may not be read is said to be so, with the reason, whether it is listed or not") {
  const TemporaryDirectory directory;
  const fs::path data = directory.data();
  fill(data);
  const auto may_enter = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read |
                         fs::perms::others_exec;
  fs::permissions(directory.path(), may_enter);
  const std::string denied = ": " + std::generic_category().message(EACCES);
  for (const bool listed : {true, false}) {
    CAPTURE(listed);
    if (!listed) fs::remove(data / "regions.txt");
    fs::permissions(data, fs::perms::none);
    CHECK(told_to_somebody_else(data) == data.string() + denied);
    fs::permissions(data, may_enter);
    if (listed) fs::permissions(data / "regions.txt", may_enter);
    fs::permissions(data / "us", may_enter);
    fs::permissions(data / "eu", fs::perms::none);
    CHECK(told_to_somebody_else(data) == (data / "eu" / "ledger.db").string() + denied);
    fs::permissions(data / "eu", may_enter);
  }
}
