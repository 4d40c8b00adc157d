// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/private_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "events/log.hpp"
#include "events/store/files.hpp"

namespace creditfold::edge {
namespace {

// Closes at the end of its scope.
struct Descriptor {
  int number;
  explicit Descriptor(int opened) : number(opened) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

}  // namespace

std::optional<std::string> read_private_file(const std::filesystem::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number < 0 && errno == ENOENT) return std::nullopt;
  if (opened.number < 0) throw_errno(file);
  struct stat status {};
  if (::fstat(opened.number, &status) != 0) throw_errno(file);
  if ((status.st_mode & 077U) != 0) {
    throw Fault(Fault::Kind::damaged, file.string() + " may be read or written by others than its owner; chmod 600 it");
  }
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t got = ::read(opened.number, content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(file);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  content.resize(filled);
  return content;
}

void write_private_file(const std::filesystem::path& file, std::string_view content) {
  const std::filesystem::path part = file.string() + ".part";
  ::unlink(part.c_str());  // of a process that was killed
  {
    const Descriptor opened(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (opened.number < 0) throw_errno(part);
    while (!content.empty()) {
      const ssize_t written = ::write(opened.number, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno(part);
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(opened.number) != 0) throw_errno(part);
  }
  if (::rename(part.c_str(), file.c_str()) != 0) throw_errno(file);
  sync_directory(file.parent_path());
}

FileLock::FileLock(const std::filesystem::path& file)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0) throw_errno(file);
  while (::flock(descriptor_, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    ::close(descriptor_);
    throw_errno(file);
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace creditfold::edge
