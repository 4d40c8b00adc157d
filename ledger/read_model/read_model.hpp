// SPDX-License-Identifier: Apache-2.0
// The ledger to be asked with SQL: what a log says up to one position, and what follows from it, as tables of an SQLite
// database that common tools open. Made of the log alone, thrown away and made anew; nothing ever reads it back. No
// name and no email is in it, and sealed text stays sealed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "events/partition.hpp"
#include "ledger/catalog.hpp"

namespace creditfold::read_model {

struct Asked {
  std::optional<AccountId> account{};                // of this account alone; nothing: the whole log
  Instant now;                                       // states of periods are told as of it
  std::string program;                               // the version that makes it
  std::function<void(std::int64_t seq)> progress{};  // told of each event written
};

// Makes the read model in `file`, which is there and empty, as of the log's head when it begins. Events pass through
// one by one; states of all accounts are in memory. false: the log holds no event of the account. Throws Fault when the
// log cannot be read or folded, or the file not be written; the file is then to be thrown away. When an account leaves
// the log meanwhile, what was read is no one moment's: whoever asks looks whether one moved.
[[nodiscard]] bool write_read_model(const Partition& log, const Catalog& catalog, const Asked& asked,
                                    const std::filesystem::path& file);

}  // namespace creditfold::read_model
