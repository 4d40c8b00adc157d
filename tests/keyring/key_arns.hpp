// SPDX-License-Identifier: Apache-2.0
// Two keys of a customer.
#pragma once

#include "events/event.hpp"

namespace creditfold::test {

inline const KeyArn one("arn:aws:kms:us-east-1:111122223333:key/one");
inline const KeyArn two("arn:aws:kms:us-east-1:111122223333:key/two");

}  // namespace creditfold::test
