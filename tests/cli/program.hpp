// SPDX-License-Identifier: Apache-2.0
// The built program, run by a test: words and input in; output, complaints and exit status out. Nothing of the program
// is linked for it.
#pragma once

#include <sys/types.h>

#include <boost/json.hpp>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/store/temporary_directory.hpp"

namespace creditfold::test {

struct Ended {
  int status = -1;  // 128 + n: by signal n
  std::string out;
  std::string err;
};

using Words = std::vector<std::string>;

// Runs the program to its end. `output`: where standard output goes instead, such as /dev/full. `environment`:
// NAME=VALUE.
[[nodiscard]] Ended run(const Words& words, std::string_view input = "", const Words& environment = {},
                        const std::string& output = "");

// The same, required to end with 0; its standard output.
[[nodiscard]] std::string ask(const Words& words, std::string_view input = "");

// A program that runs beside the test, fed and read through pipes. Killed at the end of its scope if it still runs.
class Running {
 public:
  explicit Running(const Words& words);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void send(std::string_view text);
  void close_input();
  [[nodiscard]] std::string read_line();  // of standard output; waits for it, throws after ten seconds
  [[nodiscard]] int wait();               // its exit status
  void terminate();                       // SIGTERM
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string read_ahead_;
};

[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);
[[nodiscard]] boost::json::value json_of(std::string_view text);                     // throws when it is not JSON
[[nodiscard]] std::string at(const boost::json::value& value, const char* pointer);  // a string; "" when not there
[[nodiscard]] bool contains(std::string_view text, std::string_view part);
void write_file(const std::filesystem::path& file, std::string_view content);
[[nodiscard]] std::string read_file(const std::filesystem::path& file);

// Commands that open an account and start the plan plus of the shipped catalog for a year, on midnight of a day.
[[nodiscard]] std::string opening(const std::string& account, const std::string& key_prefix = "o",
                                  const std::string& day = "2026-01-01");
// One usage of 1000 input tokens of gpt-4o: 25 credits.
[[nodiscard]] std::string usage(const std::string& account, const std::string& key, const std::string& at);

// A data directory with the accounts acme and zeta, usage of both, a pack and a closed period.
void fill(const std::filesystem::path& data);

}  // namespace creditfold::test
