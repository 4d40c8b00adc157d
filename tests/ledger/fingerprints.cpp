// SPDX-License-Identifier: Apache-2.0
// Prints the book's fingerprint after every event of a log, so that two builds of the fold can be compared byte for
// byte. A log is a seed (its stream of commands, decided here) or a .cflog or .jsonl file.
//
//   fingerprints [--digest] [--commands N] [--accounts N] (SEED | FILE)...
//
// A line names the log, then one hex line an event; with --digest a single line a log, over all of those.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "events/store/memory.hpp"
#include "ledger/engine.hpp"
#include "ledger/log_document.hpp"
#include "tests/ledger/stream.hpp"
#include "tests/ledger/table.hpp"

namespace {

using namespace creditfold;

class Printer {
 public:
  Printer(std::string name, bool digest_only) : name_(std::move(name)), digest_only_(digest_only) {
    if (!digest_only_) std::printf("%s\n", name_.c_str());
  }
  // Folds one more event; false when it cannot follow.
  bool event(const Event& event) {
    const auto applied = book_.apply(event);
    if (!applied) {
      std::printf("%s: %s\n", name_.c_str(), to_text(applied.error()).c_str());
      return false;
    }
    const std::string line = to_hex(fingerprint(book_));
    if (digest_only_) {
      all_ = to_hex(digest_of(all_ + line));
    } else {
      std::printf("%s\n", line.c_str());
    }
    return true;
  }
  void end() const {
    if (digest_only_)
      std::printf("%s: %s after %lld events\n", name_.c_str(), all_.c_str(), static_cast<long long>(book_.events()));
  }

 private:
  std::string name_;
  bool digest_only_;
  Book book_;
  std::string all_;
};

bool print_stream(std::uint64_t seed, const test::StreamShape& shape, bool digest_only) {
  MemoryLog log;
  Engine engine(log, test::table_catalog());
  for (const std::string& command : test::command_stream(seed, shape)) {
    const std::string_view text(command);
    (void)engine.process({&text, 1}, test::stream_clock);
  }
  Printer printer("seed " + std::to_string(seed), digest_only);
  bool folds = true;
  log.read(0, -1, [&](Event&& event) { return folds = printer.event(event); });
  printer.end();
  return folds;
}

bool print_file(const char* path, bool digest_only) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) {
    std::fprintf(stderr, "fingerprints: %s: %s\n", path, std::strerror(errno));
    return false;
  }
  std::vector<std::uint8_t> bytes;
  std::uint8_t block[65536];
  for (std::size_t n = 0; (n = std::fread(block, 1, sizeof block, file)) > 0;)
    bytes.insert(bytes.end(), block, block + n);
  std::fclose(file);
  const std::string whole(path);
  Printer printer("file " + whole.substr(whole.rfind('/') + 1), digest_only);
  bool folds = true;
  const auto read = read_log_document(bytes, [&](const AccountId&, StoredBatch&& batch) {
    for (const Event& event : batch.events) folds = folds && printer.event(event);
    return folds;
  });
  if (!read) std::printf("%s\n", to_text(read.error()).c_str());
  printer.end();
  return folds && read.has_value();
}

std::optional<std::uint64_t> number(const char* text) {
  char* end = nullptr;
  const unsigned long long value = std::strtoull(text, &end, 10);
  if (*text == '\0' || *end != '\0') return std::nullopt;
  return value;
}

}  // namespace

int main(int count, char** arguments) {
  bool digest_only = false;
  test::StreamShape shape;
  bool good = true;
  int logs = 0;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--digest") {
      digest_only = true;
    } else if ((argument == "--commands" || argument == "--accounts") && i + 1 < count && number(arguments[i + 1])) {
      (argument == "--commands" ? shape.commands : shape.accounts) = static_cast<int>(*number(arguments[++i]));
    } else {
      const auto seed = number(arguments[i]);
      good = (seed ? print_stream(*seed, shape, digest_only) : print_file(arguments[i], digest_only)) && good;
      ++logs;
    }
  }
  if (logs == 0) {
    std::fprintf(stderr, "usage: fingerprints [--digest] [--commands N] [--accounts N] (SEED | FILE)...\n");
    return 2;
  }
  return good ? 0 : 1;
}
