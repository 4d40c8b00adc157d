// SPDX-License-Identifier: Apache-2.0
// Ledgers are copied each at a moment of its own. An account that moves between two of them could then be in neither:
// it left one before its moment and came to the other after. Such a copy is thrown away and made again.
#include "ledger/edge/backup.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>

#include "events/store/database_copy.hpp"
#include "events/store/derived_names.hpp"
#include "events/store/files.hpp"
#include "events/store/partitions.hpp"
#include "events/store/region_list.hpp"
#include "ledger/edge/private_file.hpp"
#include "ledger/edge/sha256.hpp"
#include "ledger/replay.hpp"

namespace creditfold::edge {
namespace {

namespace fs = std::filesystem;

// Moves are rare; a directory where one ends during each of this many copies is given up.
constexpr int attempts_max = 20;
constexpr std::size_t piece_bytes = 1U << 20;

bool ends_with_any(const std::string& name, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* ending) { return name.ends_with(ending); });
}

// Names and emails stay where they are (RES-2), and what is erased of them is gone: no copy carries them about. What is
// put back finds the names that are there.
bool is_names(const fs::path& file) { return file.filename().string().starts_with("directory.db"); }

bool is_database(const fs::path& file) { return file.extension() == ".db"; }

// What belongs to a running process, or to a database that is copied as a whole.
bool is_passing(const fs::path& file) {
  const std::string name = file.filename().string();
  return name == "lock" || name == "service.token" ||
         ends_with_any(name, {"-wal", "-shm", "-journal", ".lock", ".part"});
}

// What is derived of a ledger and lies beside it: a process that writes replaces it at any time, and makes it again.
bool is_derived(const fs::path& file) {
  const std::string name = file.filename().string();
  return file.parent_path().filename() == index_directory || name == state_file_name ||
         name.starts_with(state_file_name + std::string("."));
}

// Regular files below a directory, by their paths in it.
std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::path at = directory;  // when the next step fails: the folder that cannot be entered
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    at = entry->path();
    if (at.filename() == index_directory) {
      entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file() && !is_derived(at)) files.push_back(fs::relative(at, directory));
  }
  if (error) throw_unavailable(at, error);
  std::sort(files.begin(), files.end());
  return files;
}

// Its size and SHA-256; what was read goes to `take` too.
template <class Take>
Manifest::File summed_file(const fs::path& file, const std::string& path, Take&& take) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw_errno(file);
  Sha256 sum;
  std::string piece(piece_bytes, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    const std::string_view got = std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount()));
    sum.add(got);
    take(got);
  }
  if (in.bad()) throw_errno(file);
  return {path, sum.bytes(), sum.hex()};
}

// On disk, and for its owner only.
Manifest::File copy_file(const fs::path& from, const fs::path& to, const std::string& path) {
  const int out = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (out < 0) throw_errno(to);
  try {
    Manifest::File copied = summed_file(from, path, [&](std::string_view piece) {
      while (!piece.empty()) {
        const ssize_t written = ::write(out, piece.data(), piece.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_errno(to);
        piece.remove_prefix(static_cast<std::size_t>(written));
      }
    });
    if (::fsync(out) != 0) throw_errno(to);
    ::close(out);
    return copied;
  } catch (...) {
    ::close(out);
    throw;
  }
}

// All of it but the list of its regions: one may be added at any time.
void copy_all(const fs::path& data, const fs::path& to) {
  std::map<fs::path, DatabaseMoment> moments;  // all of them before anything is copied, which takes long
  const std::vector<fs::path> files = files_in(data);
  for (const fs::path& file : files) {
    if (is_database(file) && !is_names(file)) moments.emplace(file, DatabaseMoment(data / file));
  }
  for (const fs::path& file : files) {
    if (is_passing(file) || is_names(file) || file == region_list_file) continue;
    make_private_directory((to / file).parent_path());
    if (is_database(file)) {
      moments.at(file).copy_to(to / file);
      ::chmod((to / file).c_str(), 0600);
    } else {
      static_cast<void>(copy_file(data / file, to / file, file.string()));
    }
  }
}

// Whether every account that left a ledger lives in another.
bool fits_together(const SqlitePartitions& partitions) {
  for (const RegionId& region : partitions.regions()) {
    for (const Tombstone& tombstone : partitions.find(region)->tombstones()) {
      if (partitions.home_of(tombstone.account) == nullptr) return false;
    }
  }
  return true;
}

std::vector<Manifest::Ledger> ledgers_in(const SqlitePartitions& partitions) {
  std::vector<Manifest::Ledger> ledgers;
  for (const RegionId& region : partitions.regions()) {
    const SqliteLog& log = *partitions.find(region);
    log.check_structure();
    Book book;
    log.read(0, -1, [&](Event&& event) {
      const auto applied = book.apply(event);
      if (!applied) throw Fault(Fault::Kind::damaged, "region " + region.value + ": " + to_text(applied.error()));
      return true;
    });
    ledgers.push_back({region, log.head(), log.tree(), fingerprint(book)});
  }
  return ledgers;
}

// Readers of a database leave files behind that nothing is in.
void remove_passing(const fs::path& directory) {
  for (const fs::path& file : files_in(directory)) {
    if (is_passing(file)) fs::remove(directory / file);
  }
}

// A file's name is on disk only when its directory is.
void sync_all(const fs::path& directory) {
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_directory()) sync_directory(entry.path());
  }
  sync_directory(directory);
}

std::vector<Manifest::Ledger> copy_fitting(const fs::path& data, const fs::path& to) {
  for (int attempt = 1;; ++attempt) {
    const std::vector<RegionId> regions = SqlitePartitions(data, true).regions();  // those that have to be in the copy
    fs::remove_all(to);
    make_private_directory(to);
    copy_all(data, to);
    write_region_list(to, {regions.begin(), regions.end()});
    const SqlitePartitions partitions(to, true);
    if (fits_together(partitions)) return ledgers_in(partitions);
    if (attempt == attempts_max) {
      throw Fault(Fault::Kind::busy, data.string() + ": accounts moved during each of " + std::to_string(attempts_max) +
                                         " copies; try again later");
    }
  }
}

void rename_on_disk(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno(to);
  sync_directory(fs::absolute(to).parent_path());
}

bool same(const Manifest::Ledger& a, const Manifest::Ledger& b) {
  return a.region == b.region && a.seq == b.seq && a.tree == b.tree && a.fingerprint == b.fingerprint;
}

void check_ledgers(const fs::path& directory, const Manifest& manifest) {
  const SqlitePartitions partitions(directory, true);
  const std::vector<Manifest::Ledger> found = ledgers_in(partitions);
  for (std::size_t i = 0; i < std::max(found.size(), manifest.ledgers.size()); ++i) {
    if (i < found.size() && i < manifest.ledgers.size() && same(found[i], manifest.ledgers[i])) continue;
    const RegionId& region = i < found.size() ? found[i].region : manifest.ledgers[i].region;
    throw Fault(Fault::Kind::damaged,
                "the ledger of region " + region.value + " is not the one its manifest describes");
  }
}

std::set<RegionId> regions_of(const Manifest& manifest) {
  std::set<RegionId> regions;
  for (const Manifest::Ledger& ledger : manifest.ledgers) regions.insert(ledger.region);
  return regions;
}

fs::path free_name(const fs::path& data) {
  for (int n = 1;; ++n) {
    fs::path name = data.string() + ".before-" + std::to_string(n);
    if (!fs::exists(name)) return name;
  }
}

// The names of the directory that goes away belong to the one that comes. REQUIRES: nobody writes to it.
void keep_names(const fs::path& data, const fs::path& to) {
  for (const fs::path& file : files_in(data)) {
    if (!is_names(file)) continue;
    make_private_directory((to / file).parent_path());
    static_cast<void>(copy_file(data / file, to / file, file.string()));
  }
}

// A trailing slash would make the names beside it names inside it.
fs::path without_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

}  // namespace

Manifest back_up(const fs::path& data, const fs::path& target, Instant now) {
  const fs::path to = without_slash(target);
  const fs::path part = to.string() + ".part";
  Manifest manifest;
  manifest.at = now;
  manifest.ledgers = copy_fitting(data, part);
  remove_passing(part);
  for (const fs::path& file : files_in(part)) {
    manifest.files.push_back(summed_file(part / file, file.string(), [](std::string_view) {}));
  }
  write_private_file(part / manifest_file, to_json(manifest) + "\n");
  sync_all(part);
  rename_on_disk(part, to);
  return manifest;
}

Restored restore(const fs::path& from, const fs::path& target) {
  const fs::path data = without_slash(target);
  const auto text = read_private_file(from / manifest_file);
  if (!text) throw Fault(Fault::Kind::unavailable, from.string() + " is no backup: it has no " + manifest_file);
  auto manifest = parse_manifest(*text);
  if (!manifest) throw Fault(Fault::Kind::damaged, (from / manifest_file).string() + " " + manifest.error());
  const fs::path part = data.string() + ".restoring";
  fs::remove_all(part);
  make_private_directory(part);
  for (const Manifest::File& file : manifest->files) {
    make_private_directory((part / file.path).parent_path());
    if (!fs::is_regular_file(from / file.path)) {
      throw Fault(Fault::Kind::damaged, (from / file.path).string() + " is missing");
    }
    const Manifest::File copied = copy_file(from / file.path, part / file.path, file.path);
    if (copied.bytes != file.bytes || copied.sha256 != file.sha256) {
      throw Fault(Fault::Kind::damaged, (from / file.path).string() + " is not the file its manifest describes");
    }
  }
  check_ledgers(part, *manifest);
  remove_passing(part);
  write_region_list(part, regions_of(*manifest));  // of a backup from before there was a list
  Restored restored{*std::move(manifest), {}};
  if (!fs::exists(data)) {
    sync_all(part);
    rename_on_disk(part, data);
    return restored;
  }
  const DirectoryLock lock(data);  // nobody writes to what goes away, nor begins to
  keep_names(data, part);
  sync_all(part);
  restored.before = free_name(data);
  // In one step, so that there is a whole directory under the name at every moment.
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, data.c_str(), RENAME_EXCHANGE) != 0) throw_errno(data);
  rename_on_disk(part, restored.before);
  return restored;
}

}  // namespace creditfold::edge
