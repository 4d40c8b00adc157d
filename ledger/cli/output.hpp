// SPDX-License-Identifier: Apache-2.0
// Bytes out of the program and whole files into it, with every failure noticed: a full disk or a file that is not there
// becomes a Fault that names it. What is said to people goes to standard error.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "events/vocabulary.hpp"
#include "ledger/cli/exit_status.hpp"

namespace creditfold::cli {

// A descriptor written in large pieces. Nothing is written when it goes out of scope: what has to arrive is flushed.
class Output {
 public:
  Output(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  [[nodiscard]] static Output standard() { return {1, "standard output"}; }

  void write(std::string_view text);
  void write(std::span<const std::uint8_t> bytes);
  void line(std::string_view text);  // and a line end
  void flush();                      // throws Fault

  [[nodiscard]] bool is_terminal() const;

 private:
  int descriptor_;
  std::string name_;
  std::string waiting_;
};

// A file that appears under its name only when it is whole. Anything but a regular file (a device, a pipe, a link) is
// written to directly.
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path file);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  [[nodiscard]] Output& output() { return output_; }
  void finish();

 private:
  std::filesystem::path file_;
  std::filesystem::path written_;  // beside it, until it is whole
  int descriptor_;
  Output output_;
};

// An input opened to read; "-" is standard input.
class InputFile {
 public:
  explicit InputFile(const std::string& name);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::int64_t size() const;  // of a regular file; 0 for what has none
  [[nodiscard]] bool is_terminal() const;

 private:
  int descriptor_;
};

[[nodiscard]] std::string read_whole(const std::string& name);

// A line on standard output, and done. Throws Fault when it does not arrive.
ExitStatus print(std::string_view text);
// "creditfold: …" and a line end, on standard error.
void say(std::string_view sentence);

[[nodiscard]] Instant machine_now();

}  // namespace creditfold::cli
