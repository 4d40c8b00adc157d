// SPDX-License-Identifier: Apache-2.0
#include "ledger/fold_or_fault.hpp"

#include "events/log.hpp"
#include "ledger/replay.hpp"

namespace creditfold {

void fold_or_fault(AccountState& state, const Event& event, void (*step)(AccountState&, const Event&)) {
  const auto damaged = [&](const char* what) {
    return Fault(Fault::Kind::damaged, to_text(FoldFault{event.seq, event.account, event.version, what}));
  };
  try {
    step(state, event);
  } catch (const Inconsistent& inconsistent) {
    throw damaged(inconsistent.what());
  } catch (const Overflow& overflow) {
    throw damaged(overflow.what());
  }
}

}  // namespace creditfold
