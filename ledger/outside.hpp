// SPDX-License-Identifier: Apache-2.0
// What lies beyond the ledger and some commands need: an errand is run outside before such a command is decided, and
// what came of it goes into the decision as data. The ledger names errands; who runs them is not its business.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "events/partition.hpp"
#include "events/vocabulary.hpp"
#include "ledger/state.hpp"

namespace creditfold {

// RotateKey: prove the key, then wrap the account's data key with it; a fresh data key where there is none (EKM-1,
// EKM-5).
struct WrapErrand {
  AccountId account;
  KeyArn key_arn;
  std::string vendor_aws_account;      // whose keys are refused
  std::optional<CustomerKey> present;  // what the account has now
};
// A stored answer holds sealed text: have the account's data key at hand, if the key service gives it.
struct UnwrapErrand {
  AccountId account;
  CustomerKey key;
};
using Errand = std::variant<WrapErrand, UnwrapErrand>;

// The data key in its new wrapping, and the wrapping it was made from: a decision made on another state refuses it.
struct WrappedKey {
  KeyArn key_arn;
  std::optional<Bytes> based_on;
  Bytes wrapped_key;
};
// Why there is none. `code` is the key service's own word ("AccessDeniedException"), never more of what it said.
struct KeyFailure {
  bool vendors_key = false;  // the key turned out to be in the vendor's account
  std::string code;
  std::string what;  // a sentence
};

// What was done outside, by an errand or by a migration (ledger/regions). Empty: nothing was.
struct Provided {
  std::optional<WrappedKey> wrapped_key{};
  std::optional<KeyFailure> key_failure{};
  std::optional<Copied> copied{};  // MigrateRegion: the account's stream, copied to the region and read back
  bool migrating = false;        // MigrateRegion: another migration of the account is under way
};

class Outside {
 public:
  virtual ~Outside() = default;
  // Runs one errand, which may take seconds. Never called where a writer waits. Failures are values.
  [[nodiscard]] virtual Provided run(const Errand& errand) = 0;
  // Ends what is running soon: the program stops.
  virtual void cancel() {}
};

}  // namespace creditfold
