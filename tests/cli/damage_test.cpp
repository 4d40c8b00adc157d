// SPDX-License-Identifier: Apache-2.0
// Logs that are not what was written (3), and logs whose facts contradict each other (1).
#include <catch2/catch.hpp>

#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

class Damage {
 public:
  Damage() { fill(data_); }

  [[nodiscard]] std::string data() const { return data_; }
  [[nodiscard]] std::string cflog() const { return ask({"export", "--data", data_, "--format", "cflog"}); }
  [[nodiscard]] std::string jsonl() const { return ask({"export", "--data", data_, "--format", "jsonl"}); }
  [[nodiscard]] std::string file(std::string_view content) const {
    const auto file = directory_.path() / "log";
    write_file(file, content);
    return file.string();
  }
  [[nodiscard]] Ended verify(std::string_view content) const { return run({"verify", file(content), "--json"}); }

 private:
  TemporaryDirectory directory_;
  std::string data_ = directory_.data().string();
};

// JSON Lines with one line changed, taken out or put in twice.
std::string with_line(const std::string& jsonl, std::size_t index, const std::string& from, const std::string& to) {
  std::string text;
  auto lines = lines_of(jsonl);
  REQUIRE(contains(lines.at(index), from));
  lines[index].replace(lines[index].find(from), from.size(), to);
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::size_t find_line(const std::string& jsonl, const std::string& part) {
  const auto lines = lines_of(jsonl);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (contains(lines[i], part)) return i;
  }
  FAIL("no line has " << part);
  return 0;
}

}  // namespace

TEST_CASE("damage: a .cflog cut at any place is 3, with the byte") {
  const Damage damage;
  const std::string whole = damage.cflog();
  for (std::size_t length = 1; length < whole.size(); length += length < 40 ? 1 : 97) {
    const Ended verified = damage.verify(whole.substr(0, length));
    INFO(length);
    REQUIRE(verified.status == 3);
    REQUIRE_FALSE(json_of(verified.out).at("ok").as_bool());
    REQUIRE(at(json_of(verified.out), "/place").starts_with("byte "));
    REQUIRE(contains(verified.err, "damaged"));
  }
  const Ended replayed = run({"replay", damage.file(whole.substr(0, whole.size() / 2)), "--json"});
  CHECK(replayed.status == 3);
  CHECK(replayed.out.empty());
  CHECK(contains(replayed.err, "byte "));
}

TEST_CASE("damage: a flipped bit of a .cflog is 3") {
  const Damage damage;
  const std::string whole = damage.cflog();
  for (std::size_t place = 0; place < whole.size(); place += 61) {
    std::string flipped = whole;
    flipped[place] = static_cast<char>(flipped[place] ^ 0x10);
    INFO(place);
    REQUIRE(damage.verify(flipped).status == 3);
  }
}

TEST_CASE("damage: a format this program does not know is 3 and says so") {
  const Damage damage;
  std::string newer = damage.cflog();
  newer[8] = 9;  // the byte after the magic
  const Ended ended = damage.verify(newer);
  CHECK(ended.status == 3);
  CHECK(contains(ended.err, "format"));
}

TEST_CASE("damage: a line that is no event is 3, with its number") {
  const Damage damage;
  const std::string whole = damage.jsonl();
  const Ended cut = damage.verify(whole.substr(0, whole.size() - 20));
  CHECK(cut.status == 3);
  CHECK(at(json_of(cut.out), "/place") == "line " + std::to_string(lines_of(whole).size()));
  CHECK(damage.verify(with_line(whole, find_line(whole, "\"u1\""), "\"credits\"", "\"credit\"")).status == 3);
  CHECK(damage.verify("hello\n").status == 3);
  CHECK(run({"replay", damage.file("hello\n")}).status == 3);
  // The last line end may be missing; blank lines and carriage returns are no damage.
  CHECK(damage.verify(whole.substr(0, whole.size() - 1)).status == 0);
  CHECK(damage.verify("\n" + whole + "\r\n").status == 0);
}

TEST_CASE("damage: a missing, doubled or moved event contradicts the rest, which is 1 for verify") {
  const Damage damage;
  const std::string whole = damage.jsonl();
  const auto lines = lines_of(whole);
  std::string missing, doubled;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i != 5) missing += lines[i] + "\n";
    doubled += lines[i] + "\n";
    if (i == 5) doubled += lines[i] + "\n";
  }
  for (const std::string& log : {missing, doubled}) {
    const Ended verified = damage.verify(log);
    CHECK(verified.status == 1);
    CHECK_FALSE(json_of(verified.out).at("damaged").as_bool());
    CHECK(contains(verified.err, "contradicts itself at position"));
    CHECK(run({"replay", damage.file(log)}).status == 3);  // nothing to go by when it cannot be folded
  }
}

TEST_CASE("damage: verify finds a close that records other sums than the fold") {
  const Damage damage;
  const std::string whole = damage.jsonl();
  const std::size_t close = find_line(whole, "\"PeriodClosed\"");
  const std::string consumed = "\"consumed\":\"" + at(json_of(lines_of(whole)[close]), "/consumed") + "\"";
  const std::string changed = with_line(whole, close, consumed, "\"consumed\":\"1\"");
  const Ended verified = damage.verify(changed);
  CHECK(verified.status == 1);
  CHECK(at(json_of(verified.out), "/place") == "line " + std::to_string(close + 1));
  CHECK(json_of(verified.out).at("seq") == json_of(lines_of(whole)[close]).at("seq"));
}

TEST_CASE("damage: verify finds a charge that was changed by what a later close recorded") {
  const Damage damage;
  const std::string whole = damage.jsonl();
  const std::size_t charge = find_line(whole, "\"u3\"");
  const Ended verified = damage.verify(with_line(whole, charge, "\"credits\":\"25\"", "\"credits\":\"24\""));
  CHECK(verified.status == 1);
  CHECK(contains(verified.err, "PeriodClosed"));
}

TEST_CASE("H19: verify finds a key that two batches have") {
  const Damage damage;
  const std::string whole = damage.jsonl();
  const std::size_t charge = find_line(whole, "\"u5\"");
  const std::string twice = with_line(whole, charge, R"("key":"u5")", R"("key":"u1")");
  const Ended verified = damage.verify(twice);
  CHECK(verified.status == 1);
  CHECK(contains(verified.err, "key"));
}

TEST_CASE("damage: a gap is right in one account's part and wrong in a whole log") {
  const Damage damage;
  const std::string whole = damage.jsonl();
  std::string part, gap;
  bool left_out = false;
  for (const std::string& line : lines_of(whole)) {
    if (at(json_of(line), "/account") == "zeta") part += line + "\n";
    // The newest event of zeta: no other of its versions shows that it is missing.
    const bool last = line == lines_of(whole)[find_line(whole, "\"u8\"") + 1];
    left_out = left_out || last;
    if (!last) gap += line + "\n";
  }
  REQUIRE(left_out);
  CHECK(damage.verify(part).status == 0);
  const Ended verified = damage.verify(gap);
  CHECK(verified.status == 1);
  CHECK(contains(verified.err, "is missing"));
}

TEST_CASE("damage: a database with other bytes is 3 for every command") {
  const Damage damage;
  const auto file = std::filesystem::path(damage.data()) / "us" / "ledger.db";
  std::string bytes = read_file(file);
  const std::size_t place = bytes.find("triage");
  REQUIRE(place != std::string::npos);
  bytes.replace(place, 6, "TRIAGE");
  write_file(file, bytes);
  for (const Words& words :
       {Words{"verify", damage.data()}, Words{"replay", damage.data()}, Words{"accounts", "--data", damage.data()},
        Words{"apply", "--data", damage.data()}, Words{"export", "--data", damage.data(), "--format", "jsonl"}}) {
    const Ended ended = run(words);
    INFO(words.front());
    CHECK(ended.status == 3);
    CHECK(contains(ended.err, "damaged"));
  }
  write_file(file, "this is no database");
  CHECK(run({"verify", damage.data()}).status == 3);
  CHECK(run({"balance", "--data", damage.data()}).status == 3);
}
