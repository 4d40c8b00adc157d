// SPDX-License-Identifier: Apache-2.0
// The lock file: "PID\nTEXT\n", held by flock for as long as the descriptor is open.
#include "events/store/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <system_error>
#include <thread>

#include "events/log.hpp"

namespace creditfold {
namespace {

// Whoever asks `lock_holder` holds the lock for a moment, so a writer asks a few times before it believes a refusal.
constexpr int attempts = 10;
constexpr std::chrono::milliseconds attempt_interval{10};

constexpr std::size_t content_bytes_max = 4096;

std::string text_of_errno() { return std::generic_category().message(errno); }

std::filesystem::path lock_file(const std::filesystem::path& directory) { return directory / "lock"; }

LockHolder read_holder(int descriptor) {
  std::array<char, content_bytes_max> buffer;
  const ssize_t got = ::pread(descriptor, buffer.data(), buffer.size(), 0);
  const std::string_view content(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  LockHolder holder;
  std::from_chars(content.data(), content.data() + content.size(), holder.pid);
  const std::size_t line = content.find('\n');
  if (line != std::string_view::npos) {
    const std::string_view rest = content.substr(line + 1);
    holder.text = rest.substr(0, rest.find('\n'));
  }
  return holder;
}

}  // namespace

std::optional<LockHolder> lock_holder(const std::filesystem::path& directory) {
  const int descriptor = ::open(lock_file(directory).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  std::optional<LockHolder> holder;
  if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) holder = read_holder(descriptor);
  ::close(descriptor);
  return holder;
}

DirectoryLock::DirectoryLock(const std::filesystem::path& directory)
    : file_(lock_file(directory)), descriptor_(::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0) {
    const bool denied = errno == EACCES || errno == EROFS || errno == EPERM;
    throw Fault(denied ? Fault::Kind::read_only : Fault::Kind::unavailable, file_.string() + ": " + text_of_errno());
  }
  for (int attempt = 1; ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK && attempt < attempts) {
      std::this_thread::sleep_for(attempt_interval);
      continue;
    }
    const bool held = errno == EWOULDBLOCK;
    std::string why = held ? "" : text_of_errno();
    if (held) {
      const LockHolder holder = read_holder(descriptor_);
      why = "process " + std::to_string(holder.pid) + " writes to this directory";
      if (!holder.text.empty()) why += " (" + holder.text + ")";
    }
    ::close(descriptor_);
    throw Fault(held ? Fault::Kind::busy : Fault::Kind::unavailable, file_.string() + ": " + why);
  }
  try {
    set_text("");
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

DirectoryLock::~DirectoryLock() {
  // The file stays: removing it would let two processes lock two files of one name.
  ::close(descriptor_);
}

void DirectoryLock::set_text(const std::string& text) {
  std::string content = std::to_string(::getpid()) + '\n' + text.substr(0, text.find('\n')) + '\n';
  content.resize(std::min(content.size(), content_bytes_max));
  const ssize_t written = ::pwrite(descriptor_, content.data(), content.size(), 0);
  const bool whole = written == static_cast<ssize_t>(content.size()) &&
                     ::ftruncate(descriptor_, static_cast<off_t>(content.size())) == 0;
  if (!whole) {
    const bool full = written >= 0 || errno == ENOSPC || errno == EDQUOT;
    throw Fault(full ? Fault::Kind::full : Fault::Kind::unavailable, file_.string() + ": cannot be written");
  }
}

}  // namespace creditfold
