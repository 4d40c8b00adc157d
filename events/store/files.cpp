// SPDX-License-Identifier: Apache-2.0
// Directories, by POSIX calls: the standard library can neither sync nor say how private a directory shall be.
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

}  // namespace creditfold
