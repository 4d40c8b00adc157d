// SPDX-License-Identifier: Apache-2.0
// AI-1: everything about an account in one call, as a tar archive that common tools open and check: its log, what
// follows from it, and a manifest with SHA-256 sums. The same log gives the same archive to the byte.
#pragma once

#include <string_view>

#include "events/partition.hpp"
#include "ledger/catalog.hpp"
#include "ledger/edge/log_writing.hpp"

namespace creditfold::edge {

// Writes the archive piece by piece; every file is made twice, once for its size and sum, so that none is held in
// memory. false: the log holds no event of the account, and nothing was written. Throws Fault when the log cannot be
// read or folded, and what the sink throws.
[[nodiscard]] bool write_account_archive(const Partition& log, const AccountId& account, const Catalog& catalog,
                                         std::string_view catalog_json, const TextSink& sink,
                                         const TextOpening& open = {});

}  // namespace creditfold::edge
