// SPDX-License-Identifier: Apache-2.0
// creditfold apply: commands in, answers out, one a line and in order. A refusal is an answer; only a failure ends
// early.
#include "ledger/cli/answerer.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/lines.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/progress.hpp"

namespace creditfold::cli {

ExitStatus run(const ApplyOptions& options) {
  const InputFile input(options.file);
  const auto answerer = open_answerer(options.data, options.catalog, options);
  if (input.is_terminal()) say("reading commands, one JSON object a line; end with Ctrl-D");
  Output out = Output::standard();
  LineReader reader(input.descriptor());
  Progress progress("applying " + options.file, input.size());
  for (std::vector<Line> group = reader.next_group(); !group.empty(); group = reader.next_group()) {
    const std::vector<std::string> answers = answerer->answer(group);
    if (out.is_terminal()) progress.clear();
    for (const std::string& answer : answers) out.line(answer);
    out.flush();
    progress.advance_to(reader.bytes_read());
  }
  return ExitStatus::done;
}

}  // namespace creditfold::cli
