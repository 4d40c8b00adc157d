// SPDX-License-Identifier: Apache-2.0
// A part of the log written out, event by event, in the forms that others read.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "events/partition.hpp"
#include "ledger/catalog.hpp"

namespace creditfold::edge {

using TextSink = std::function<void(std::string_view)>;
// Opens an event's sealed text where that is allowed and possible (EKM-5); empty: sealed text stays sealed.
using TextOpening = std::function<void(Event&)>;

// JSON Lines of events.
void write_json_lines(const Partition& log, const LogRange& range, const TextSink& sink, const TextOpening& open = {});
// One .cflog document. Batches travel along, so that their keys keep commands from being taken twice wherever the log
// goes (H19).
// At most `batches_max` of them; answers how many there were. (A command without events may still be accepted at the
// end of a range that is being written.)
std::int64_t write_cflog(const Partition& log, const LogRange& range, const TextSink& sink,
                         std::int64_t batches_max = INT64_MAX);
// Charges and invoice lines in the columns of FOCUS.
void write_focus(const Partition& log, const LogRange& range, const Catalog& catalog, const TextSink& sink);

}  // namespace creditfold::edge
