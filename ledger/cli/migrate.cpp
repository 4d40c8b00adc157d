// SPDX-License-Identifier: Apache-2.0
// creditfold migrate: older formats of the data directory. Whoever opens one to write does the same; this does nothing
// else.
#include <algorithm>
#include <filesystem>
#include <vector>

#include "events/store/partitions.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::cli {
namespace {

// Readers take today's format and the one before it.
bool is_of_older_format(const std::string& data) {
  try {
    const SqlitePartitions partitions(data, true);
    const std::vector<RegionId> regions = partitions.regions();
    return std::any_of(regions.begin(), regions.end(),
                       [&](const RegionId& region) { return partitions.find(region)->is_older_format(); });
  } catch (const Fault& fault) {
    if (fault.kind() != Fault::Kind::unsupported_format) throw;
    return true;
  }
}

}  // namespace

// Each region's ledger is one transaction: a process that ends in between leaves whole ledgers of either format, and
// the next goes on with those that are left. A newer format is refused when it is opened to write.
ExitStatus run(const MigrateOptions& options) {
  if (!std::filesystem::is_directory(options.data))
    throw Fault(Fault::Kind::unavailable, options.data + ": there is no data directory here");
  const bool older = is_of_older_format(options.data);
  if (older) static_cast<void>(SqlitePartitions(options.data, false));
  const SqlitePartitions partitions(options.data, true);
  if (options.json) {
    JsonWriter out;
    out.open('{').field("migrated", older).key("regions").open('[');
    for (const RegionId& region : partitions.regions()) out.write(region);
    out.close(']').close('}');
    return print(out.take());
  }
  return print(options.data +
               (older ? " is of today's format now" : " is of today's format already; nothing was changed"));
}

}  // namespace creditfold::cli
