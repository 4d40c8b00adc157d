// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>

#include "events/log.hpp"
#include "ledger/markings.hpp"

namespace creditfold::cli {
namespace {

constexpr std::size_t piece_bytes = 256U << 10;

[[noreturn]] void throw_errno(const std::string& name, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  const bool denied = error == EACCES || error == EPERM || error == EROFS;
  const Fault::Kind kind = full ? Fault::Kind::full : denied ? Fault::Kind::read_only : Fault::Kind::unavailable;
  throw Fault(kind, name + ": " + std::generic_category().message(error));
}

int open_or_throw(const std::string& name, int flags) {
  const int descriptor = ::open(name.c_str(), flags | O_CLOEXEC, 0666);
  if (descriptor < 0) throw_errno(name, errno);
  return descriptor;
}

// A link is never replaced: /dev/stdout is one, and may lead to a regular file.
bool is_written_directly(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(file, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

}  // namespace

void Output::write(std::string_view text) {
  waiting_ += text;
  if (waiting_.size() >= piece_bytes) flush();
}

void Output::write(std::span<const std::uint8_t> bytes) {
  write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void Output::line(std::string_view text) {
  waiting_ += text;
  write("\n");
}

void Output::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      waiting_.clear();
      throw_errno(name_, error);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  waiting_.clear();
}

bool Output::is_terminal() const { return ::isatty(descriptor_) == 1; }

OutputFile::OutputFile(std::filesystem::path file)
    : file_(std::move(file)),
      written_(is_written_directly(file_) ? file_ : std::filesystem::path(file_.string() + ".part")),
      descriptor_(open_or_throw(written_.string(), O_WRONLY | O_CREAT | O_TRUNC)),
      output_(descriptor_, file_.string()) {}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (written_ != file_) ::unlink(written_.c_str());
}

void OutputFile::finish() {
  output_.flush();
  if (written_ != file_ && ::fsync(descriptor_) != 0) throw_errno(file_.string(), errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) throw_errno(file_.string(), errno);
  if (written_ != file_ && ::rename(written_.c_str(), file_.c_str()) != 0) throw_errno(file_.string(), errno);
}

InputFile::InputFile(const std::string& name) : descriptor_(name == "-" ? 0 : open_or_throw(name, O_RDONLY)) {
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
    if (descriptor_ != 0) ::close(descriptor_);
    throw_errno(name, EISDIR);
  }
}

InputFile::~InputFile() {
  if (descriptor_ != 0) ::close(descriptor_);
}

std::int64_t InputFile::size() const {
  struct stat status {};
  return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

bool InputFile::is_terminal() const { return ::isatty(descriptor_) == 1; }

std::string read_whole(const std::string& name) {
  const InputFile input(name);
  std::string content;
  std::size_t filled = 0;
  content.resize(static_cast<std::size_t>(input.size()) + 1);  // one more, so that the end is seen without growing
  for (;;) {
    const ssize_t got = ::read(input.descriptor(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(name, errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled == content.size()) content.resize(content.size() * 2 + piece_bytes);
  }
  content.resize(filled);
  return content;
}

ExitStatus print(std::string_view text) {
  Output out = Output::standard();
  out.line(text);
  out.flush();
  return ExitStatus::done;
}

void say(std::string_view sentence) {
  // GOV-3: whatever led here, no message repeats a marking.
  const bool marked = has_marking(sentence);
  const std::string_view said = marked ? "(withheld: the message would repeat a classification marking)" : sentence;
  const std::string line = "creditfold: " + std::string(said) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

Instant machine_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

}  // namespace creditfold::cli
