// SPDX-License-Identifier: Apache-2.0
// What the disk can do without any of us: small records written and synced one after the other.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace creditfold::test {

using Steady = std::chrono::steady_clock;

[[nodiscard]] inline double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// A record at a time and a sync after each: at the end of a file that grows, or over a file that keeps its size, as a
// write-ahead log is that has been round once.
class DiskAlone {
 public:
  DiskAlone(const std::filesystem::path& file, bool grows)
      : descriptor_(::open(file.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600)), grows_(grows) {
    const std::vector<char> zeros(kept_bytes);
    if (!grows) require(::pwrite(descriptor_, zeros.data(), zeros.size(), 0) == static_cast<ssize_t>(zeros.size()));
    require(::fsync(descriptor_) == 0);
  }
  ~DiskAlone() { ::close(descriptor_); }
  DiskAlone(const DiskAlone&) = delete;
  DiskAlone& operator=(const DiskAlone&) = delete;

  // Syncs a second.
  [[nodiscard]] double run(double seconds) {
    const Steady::time_point start = Steady::now();
    std::size_t done = 0;
    for (; seconds_since(start) < seconds; ++done) {
      const std::array<char, record_bytes> record{};
      require(::pwrite(descriptor_, record.data(), record.size(), offset_) == static_cast<ssize_t>(record.size()));
      require(::fdatasync(descriptor_) == 0);
      offset_ += record_bytes;
      if (!grows_ && offset_ + record_bytes > kept_bytes) offset_ = 0;
    }
    return static_cast<double>(done) / seconds_since(start);
  }

 private:
  static constexpr off_t record_bytes = 160;  // a charge's canonical bytes, about
  static constexpr off_t kept_bytes = 4 << 20;

  static void require(bool worked) {
    if (!worked) throw std::runtime_error("the disk cannot be measured: " + std::generic_category().message(errno));
  }

  int descriptor_;
  bool grows_;
  off_t offset_ = 0;
};

}  // namespace creditfold::test
