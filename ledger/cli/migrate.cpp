// SPDX-License-Identifier: Apache-2.0
// creditfold migrate: older formats of the data directory. Whoever opens one to write does the same; this does nothing
// else.
#include <filesystem>

#include "events/store/partitions.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::cli {
namespace {

// Readers take today's format only.
bool is_of_older_format(const std::string& data) {
  try {
    static_cast<void>(SqlitePartitions(data, true));
    return false;
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
