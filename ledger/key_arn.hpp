// SPDX-License-Identifier: Apache-2.0
// The parts of an AWS KMS key's ARN. Form only: whether there is such a key is asked elsewhere.
#pragma once

#include <optional>
#include <string_view>

namespace creditfold {

// arn:PARTITION:kms:REGION:ACCOUNT:key/ID or …:alias/NAME. Views into the text that was parsed.
struct KeyArnParts {
  std::string_view partition;  // "aws", "aws-us-gov"
  std::string_view region;
  std::string_view account;   // twelve digits
  std::string_view resource;  // "key/…" or "alias/…"
};
[[nodiscard]] std::optional<KeyArnParts> parse_key_arn(std::string_view arn);

}  // namespace creditfold
