// SPDX-License-Identifier: Apache-2.0
// The account of most tests.
#pragma once

#include "events/event.hpp"

namespace creditfold::test {

inline const AccountId acme("acme");

}  // namespace creditfold::test
