// SPDX-License-Identifier: Apache-2.0
#include "ledger/replay.hpp"

#include <exception>

#include "ledger/evolve.hpp"

namespace creditfold {

std::string to_text(const FoldFault& fault) {
  return "event " + std::to_string(fault.seq) + " (account " + fault.account.value + ", version " +
         std::to_string(fault.version) + "): " + fault.what;
}

Expected<Done, FoldFault> Book::apply(const Event& event) {
  const auto fault = [&](const char* what) {
    return Unexpected{FoldFault{event.seq, event.account, event.version, what}};
  };
  if (event.seq <= seq_) return fault("the position does not follow the one before");
  try {
    evolve(accounts_[event.account], event);
  } catch (const Inconsistent& inconsistent) {
    return fault(inconsistent.what());
  } catch (const Overflow& overflow) {
    return fault(overflow.what());
  }
  seq_ = event.seq;
  events_ += 1;
  return Done{};
}

const AccountState* Book::find(const AccountId& account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? nullptr : &found->second;
}

void Book::adopt(AccountState state) {
  AccountId account = state.account;
  accounts_.insert_or_assign(std::move(account), std::move(state));
}

void Book::remove(const AccountId& account) {
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return;
  events_ -= found->second.version;
  accounts_.erase(found);
}

void Book::advance(std::int64_t seq, std::int64_t events) {
  seq_ = seq;
  events_ += events;
}

}  // namespace creditfold
