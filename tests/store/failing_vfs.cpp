// SPDX-License-Identifier: Apache-2.0
// A shim over the default VFS. Files are the real ones with a second table of methods, which counts and may refuse.
#include "tests/store/failing_vfs.hpp"

#include <csignal>
#include <cstddef>
#include <mutex>
#include <new>

namespace creditfold::test {
namespace {

struct Switch {
  bool armed = false;
  bool failed = false;
  bool for_ever = false;
  bool kills = false;
  int calls_left = 0;
  int code = SQLITE_OK;
};
Switch the_switch;  // one shim at a time; SQLite's callbacks have no room for more
std::mutex switch_mutex;  // a ledger moves its write-ahead log on a thread of its own

void set(const Switch& next) {
  const std::lock_guard lock(switch_mutex);
  the_switch = next;
}

// SQLITE_OK when the call may pass.
int pass() {
  const std::lock_guard lock(switch_mutex);
  if (!the_switch.armed) return SQLITE_OK;
  if (the_switch.failed && !the_switch.for_ever) return SQLITE_OK;
  if (the_switch.calls_left-- > 0) return SQLITE_OK;
  if (the_switch.kills) std::raise(SIGKILL);
  the_switch.failed = true;
  return the_switch.code;
}

struct ShimFile {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_vfs* real_vfs = nullptr;
sqlite3_vfs shim_vfs;

sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<ShimFile*>(file)->real; }

int do_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const int refused = pass();
  return refused != SQLITE_OK ? refused : real(file)->pMethods->xWrite(real(file), data, size, offset);
}
int do_truncate(sqlite3_file* file, sqlite3_int64 size) {
  const int refused = pass();
  return refused != SQLITE_OK ? refused : real(file)->pMethods->xTruncate(real(file), size);
}
int do_sync(sqlite3_file* file, int flags) {
  const int refused = pass();
  return refused != SQLITE_OK ? refused : real(file)->pMethods->xSync(real(file), flags);
}

const sqlite3_io_methods shim_methods = {
    3,
    [](sqlite3_file* f) { return real(f)->pMethods != nullptr ? real(f)->pMethods->xClose(real(f)) : SQLITE_OK; },
    [](sqlite3_file* f, void* data, int size, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), data, size, at);
    },
    do_write,
    do_truncate,
    do_sync,
    [](sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); },
    [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); },
    [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); },
    [](sqlite3_file* f, int* result) { return real(f)->pMethods->xCheckReservedLock(real(f), result); },
    [](sqlite3_file* f, int operation, void* argument) {
      return real(f)->pMethods->xFileControl(real(f), operation, argument);
    },
    [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    },
    [](sqlite3_file* f, int offset, int count, int flags) {
      return real(f)->pMethods->xShmLock(real(f), offset, count, flags);
    },
    [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
    [](sqlite3_file* f, sqlite3_int64 at, int size, void** out) {
      return real(f)->pMethods->xFetch(real(f), at, size, out);
    },
    [](sqlite3_file* f, sqlite3_int64 at, void* page) { return real(f)->pMethods->xUnfetch(real(f), at, page); },
};

int do_open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  auto* shim = reinterpret_cast<ShimFile*>(file);
  shim->real = reinterpret_cast<sqlite3_file*>(shim + 1);  // SQLite gave room for both: szOsFile below
  const int result = real_vfs->xOpen(real_vfs, name, shim->real, flags, out_flags);
  shim->base.pMethods = shim->real->pMethods != nullptr ? &shim_methods : nullptr;
  return result;
}

}  // namespace

FailingVfs::FailingVfs() {
  sqlite3_initialize();
  real_vfs = sqlite3_vfs_find(nullptr);
  shim_vfs = *real_vfs;  // its other methods take no file and use the real one's data
  shim_vfs.zName = "failing";
  shim_vfs.szOsFile = static_cast<int>(sizeof(ShimFile)) + real_vfs->szOsFile;
  shim_vfs.xOpen = do_open;
  heal();
  sqlite3_vfs_register(&shim_vfs, 1);
}

FailingVfs::~FailingVfs() {
  sqlite3_vfs_unregister(&shim_vfs);
  sqlite3_vfs_register(real_vfs, 1);
}

void FailingVfs::fail_after(int calls, int code, bool for_ever) { set({true, false, for_ever, false, calls, code}); }
void FailingVfs::kill_after(int calls) { set({true, false, false, true, calls, SQLITE_OK}); }
void FailingVfs::heal() { set({}); }
bool FailingVfs::has_failed() const {
  const std::lock_guard lock(switch_mutex);
  return the_switch.failed;
}

}  // namespace creditfold::test
