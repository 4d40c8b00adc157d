// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/private_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "events/log.hpp"

namespace creditfold::edge {

std::optional<std::string> read_private_file(const std::filesystem::path& file) {
  const std::optional<std::vector<std::uint8_t>> content = read_file(file);
  if (!content) return std::nullopt;
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) throw_errno(file);
  if ((status.st_mode & 077U) != 0) {
    throw Fault(Fault::Kind::unavailable,
                file.string() + " may be read or written by others than its owner; chmod 600 it");
  }
  return std::string(content->begin(), content->end());
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
