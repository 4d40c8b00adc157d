// SPDX-License-Identifier: Apache-2.0
#include "events/store/wal_writes.hpp"

#include <cstddef>

namespace creditfold {
namespace {

// Fifteen frames of 4 KiB; of a larger commit, so many at once. SQLite's own files take no more than 2^17 - 1 bytes by one
// write, and none of a page is longer than this.
constexpr std::size_t kept_bytes_max = std::size_t{1} << 16;

}  // namespace

void GatheredWalWrites::begin(sqlite3* connection) {
  sqlite3_file* file = nullptr;
  // https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html: the file of a write-ahead log, where that is the mode.
  if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) != SQLITE_OK) return;
  if (file == nullptr || file->pMethods == nullptr) return;
  sqlite3_file* database = nullptr;
  if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &database) != SQLITE_OK) return;
  const int can = database->pMethods->xDeviceCharacteristics(database);
  if ((can & SQLITE_IOCAP_POWERSAFE_OVERWRITE) == 0) return;
  kept_.reserve(kept_bytes_max);
  own_ = file->pMethods;
  // What later versions have beside these is shared memory, which belongs to the database, and mapping, which a
  // write-ahead log is not.
  iVersion = 1;
  xClose = close;
  xRead = behind_writes<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>;
  xWrite = write;
  xTruncate = behind_writes<&sqlite3_io_methods::xTruncate, sqlite3_int64>;
  xSync = sync;
  xFileSize = behind_writes<&sqlite3_io_methods::xFileSize, sqlite3_int64*>;
  xLock = behind_writes<&sqlite3_io_methods::xLock, int>;
  xUnlock = behind_writes<&sqlite3_io_methods::xUnlock, int>;
  xCheckReservedLock = behind_writes<&sqlite3_io_methods::xCheckReservedLock, int*>;
  xFileControl = behind_writes<&sqlite3_io_methods::xFileControl, int, void*>;
  xSectorSize = [](sqlite3_file* of_file) { return of(of_file).own_->xSectorSize(of_file); };
  xDeviceCharacteristics = [](sqlite3_file* of_file) { return of(of_file).own_->xDeviceCharacteristics(of_file); };
  file->pMethods = this;
}

GatheredWalWrites& GatheredWalWrites::of(sqlite3_file* file) {
  return const_cast<GatheredWalWrites&>(static_cast<const GatheredWalWrites&>(*file->pMethods));
}

int GatheredWalWrites::write(sqlite3_file* file, const void* data, int bytes, sqlite3_int64 offset) noexcept {
  GatheredWalWrites& self = of(file);
  const auto size = static_cast<std::size_t>(bytes);
  if (offset <= self.failed_at_) self.failed_ = SQLITE_OK;
  const bool goes_on = offset == self.kept_at_ + static_cast<sqlite3_int64>(self.kept_.size());
  if (!goes_on || self.kept_.size() + size > kept_bytes_max) {
    if (const int outcome = self.flush(file); outcome != SQLITE_OK) return outcome;
  }
  if (size > kept_bytes_max) return self.own_->xWrite(file, data, bytes, offset);
  if (self.kept_.empty()) self.kept_at_ = offset;
  const auto* const begin = static_cast<const std::uint8_t*>(data);
  self.kept_.insert(self.kept_.end(), begin, begin + size);  // within what is reserved
  return SQLITE_OK;
}

// What cannot be written is not kept: whoever is told so undoes its commit, and writes other frames from there on.
int GatheredWalWrites::flush(sqlite3_file* file) noexcept {
  if (kept_.empty()) return SQLITE_OK;
  const int outcome = own_->xWrite(file, kept_.data(), static_cast<int>(kept_.size()), kept_at_);
  if (outcome != SQLITE_OK) {
    failed_ = outcome;
    failed_at_ = kept_at_;
  }
  kept_.clear();
  return outcome;
}

int GatheredWalWrites::sync(sqlite3_file* file, int flags) noexcept {
  GatheredWalWrites& self = of(file);
  if (const int outcome = self.flush(file); outcome != SQLITE_OK) return outcome;
  return self.failed_ != SQLITE_OK ? self.failed_ : self.own_->xSync(file, flags);
}

template <auto method, class... Arguments>
int GatheredWalWrites::behind_writes(sqlite3_file* file, Arguments... arguments) noexcept {
  GatheredWalWrites& self = of(file);
  if (const int outcome = self.flush(file); outcome != SQLITE_OK) return outcome;
  return (self.own_->*method)(file, arguments...);
}

// Frames that nobody synced belong to no commit; they are written as they would have been.
int GatheredWalWrites::close(sqlite3_file* file) noexcept {
  GatheredWalWrites& self = of(file);
  static_cast<void>(self.flush(file));
  file->pMethods = self.own_;
  return self.own_->xClose(file);
}

}  // namespace creditfold
