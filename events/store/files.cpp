// SPDX-License-Identifier: Apache-2.0
// By POSIX calls: the standard library can neither sync nor say how private a file shall be.
#include "events/store/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "events/log.hpp"

namespace creditfold {

void throw_errno(const std::filesystem::path& path) {
  const int error = errno;
  Fault::Kind kind = Fault::Kind::unavailable;
  if (error == EACCES || error == EROFS || error == EPERM) kind = Fault::Kind::read_only;
  if (error == ENOSPC || error == EDQUOT) kind = Fault::Kind::full;
  throw Fault(kind, path.string() + ": " + std::generic_category().message(error));
}

void throw_unavailable(const std::filesystem::path& path, const std::error_code& error) {
  throw Fault(Fault::Kind::unavailable, path.string() + ": " + error.message());
}

std::string to_text(const std::filesystem::filesystem_error& error) {
  const std::string reason = error.code().message();
  return error.path1().empty() ? reason : error.path1().string() + ": " + reason;
}

bool is_there(const std::filesystem::path& path) {
  std::error_code error;
  const bool there = std::filesystem::exists(path, error);
  if (error) throw_unavailable(path, error);
  return there;
}

void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) throw_errno(directory);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (result != 0) throw_errno(directory);
}

void make_private_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) return;
  const std::filesystem::path parent = std::filesystem::absolute(directory).lexically_normal().parent_path();
  std::filesystem::create_directories(parent, error);  // what it could not do, mkdir will say
  if (::mkdir(directory.c_str(), 0700) != 0) throw_errno(directory);
  sync_directory(parent);
}

Descriptor::~Descriptor() {
  if (number >= 0) ::close(number);
}

std::optional<FileIdentity> identity_of(const std::filesystem::path& file) {
  // Nothing but the number: who asks for times makes Linux 6.13 note the next write's to the nanosecond, and a sync
  // then writes the inode as well.
  struct statx status {};
  if (::statx(AT_FDCWD, file.c_str(), AT_STATX_DONT_SYNC, STATX_INO, &status) == 0) {
    return FileIdentity{std::uint64_t{status.stx_dev_major} << 32 | status.stx_dev_minor, status.stx_ino};
  }
  return errno == ENOENT ? std::optional(FileIdentity{}) : std::nullopt;
}

std::optional<std::vector<std::uint8_t>> read_file(const std::filesystem::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number < 0 && errno == ENOENT) return std::nullopt;
  if (opened.number < 0) throw_errno(file);
  struct stat status {};
  if (::fstat(opened.number, &status) != 0) throw_errno(file);
  std::vector<std::uint8_t> content(static_cast<std::size_t>(status.st_size));
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
  try {
    const Descriptor opened(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (opened.number < 0) throw_errno(part);
    while (!content.empty()) {
      const ssize_t written = ::write(opened.number, content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno(part);
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(opened.number) != 0) throw_errno(part);
  } catch (const Fault&) {
    ::unlink(part.c_str());  // a full disk needs its room
    throw;
  }
  if (::rename(part.c_str(), file.c_str()) != 0) throw_errno(file);
  sync_directory(file.parent_path());
}

}  // namespace creditfold
