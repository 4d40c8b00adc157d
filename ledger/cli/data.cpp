// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/data.hpp"

#include "ledger/cli/exit_status.hpp"

namespace creditfold::cli {

RegionId region_meant(const SqlitePartitions& partitions, const std::optional<RegionId>& named) {
  const std::vector<RegionId> regions = partitions.regions();
  std::string names;
  for (const RegionId& region : regions) names += (names.empty() ? "" : ", ") + region.value;
  if (named) {
    if (partitions.find(*named) != nullptr) return *named;
    throw UsageError("no account ever lived in region " + named->value +
                     (names.empty() ? "" : "; the regions here are " + names));
  }
  if (regions.size() > 1) {
    throw UsageError("each region has a log of its own; name one with --region: " + names);
  }
  return regions.empty() ? RegionId(home_region) : regions.front();
}

}  // namespace creditfold::cli
