// SPDX-License-Identifier: Apache-2.0
#include "events/store/region_list.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>

#include "events/log.hpp"
#include "events/store/files.hpp"
#include "events/store/sqlite.hpp"

namespace creditfold {

std::optional<std::set<RegionId>> read_region_list(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / region_list_file;
  const auto content = read_file(file);
  if (!content) return std::nullopt;
  std::set<RegionId> regions;
  std::string_view rest(reinterpret_cast<const char*>(content->data()), content->size());
  for (int number = 1; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;  // people edit it
    if (!is_region_name(line)) {
      throw Fault(Fault::Kind::damaged, file.string() + ": line " + std::to_string(number) + " is no region's name");
    }
    regions.emplace(std::string(line));
  }
  return regions;
}

void write_region_list(const std::filesystem::path& directory, const std::set<RegionId>& regions) {
  std::string lines;
  for (const RegionId& region : regions) lines += region.value + "\n";
  write_private_file(directory / region_list_file, lines);
}

void require_ledger(const std::filesystem::path& directory, const RegionId& region) {
  const std::filesystem::path ledger = directory / region.value / ledger_file;
  if (is_there(ledger) && !is_only_begun(ledger)) return;
  throw Fault(Fault::Kind::unavailable,
              "region " + region.value + " has no ledger in " + ledger.parent_path().string() + ", though " +
                  (directory / region_list_file).string() + " lists it; its folder may not be mounted");
}

std::set<RegionId> regions_found(const std::filesystem::path& directory) {
  std::set<RegionId> found;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (is_region_name(name) && is_there(entry->path() / ledger_file)) found.emplace(name);
  }
  if (error && error != std::errc::no_such_file_or_directory) throw_unavailable(directory, error);
  return found;
}

}  // namespace creditfold
