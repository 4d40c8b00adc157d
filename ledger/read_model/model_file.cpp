// SPDX-License-Identifier: Apache-2.0
#include "ledger/read_model/model_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "events/log.hpp"
#include "events/store/files.hpp"
#include "ledger/read_model/tables.hpp"

namespace creditfold::read_model {
namespace {

namespace fs = std::filesystem;

constexpr std::array endings{"-wal", "-journal", "-shm"};

// "The Database Header" of https://www.sqlite.org/fileformat.html: a magic, and at byte 68 the application's id,
// big-endian.
bool is_read_model(const fs::path& file) {
  constexpr std::string_view magic("SQLite format 3\0", 16);
  constexpr std::size_t id_at = 68;
  std::array<char, 100> header{};
  std::ifstream in(file, std::ios::binary);
  if (!in.read(header.data(), header.size())) return false;
  std::int64_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) id = id * 256 + static_cast<unsigned char>(header[id_at + i]);
  return std::string_view(header.data(), magic.size()) == magic && id == read_model_application_id;
}

fs::path beside(const fs::path& file, const char* ending) { return file.string() + ending; }

}  // namespace

std::optional<std::string> objection_to(const fs::path& file) {
  std::error_code error;
  // SQLite would play another database's log or journal into the new one.
  for (const char* ending : endings) {
    if (!fs::exists(beside(file, ending), error)) continue;
    return beside(file, ending).string() + " lies there: a program has " + file.string() +
           " open, or ended while it wrote to it; close it, or name another file";
  }
  const fs::file_status status = fs::symlink_status(file, error);
  if (!fs::exists(status)) return std::nullopt;
  if (!fs::is_regular_file(status)) return file.string() + " is no regular file; a read model needs one of its own";
  if (fs::file_size(file, error) == 0 || is_read_model(file)) return std::nullopt;
  return file.string() + " is there already and is no read model; only those are replaced";
}

ModelFile::ModelFile(fs::path file) : file_(std::move(file)), part_(file_.string() + ".part") {
  descriptor_ = ::open(part_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0) throw_errno(part_);
  // Held until the file has its name. Whoever gets it for a file that took its name meanwhile has the wrong one.
  struct stat opened {};
  struct stat named {};
  const bool locked = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
  const bool same = locked && ::fstat(descriptor_, &opened) == 0 && ::stat(part_.c_str(), &named) == 0 &&
                    opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
  if (!same) {
    ::close(std::exchange(descriptor_, -1));
    throw Fault(Fault::Kind::busy, part_.string() + ": another process is making this file");
  }
  for (const char* ending : endings) ::unlink(beside(part_, ending).c_str());  // of a process that was killed
  if (::ftruncate(descriptor_, 0) != 0) {
    const int reason = errno;
    ::close(std::exchange(descriptor_, -1));
    errno = reason;
    throw_errno(part_);
  }
}

ModelFile::~ModelFile() {
  if (descriptor_ < 0) return;
  for (const char* ending : endings) ::unlink(beside(part_, ending).c_str());
  ::unlink(part_.c_str());
  ::close(descriptor_);
}

void ModelFile::finish() {
  if (::fsync(descriptor_) != 0) throw_errno(file_);
  if (::rename(part_.c_str(), file_.c_str()) != 0) throw_errno(file_);
  ::close(std::exchange(descriptor_, -1));
  sync_directory(fs::absolute(file_).parent_path());
}

}  // namespace creditfold::read_model
