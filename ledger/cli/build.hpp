// SPDX-License-Identifier: Apache-2.0
// Which build of the program this is. The definitions are written by write_build.cmake at each build.
#pragma once

#include <string_view>

namespace creditfold::cli {

extern const std::string_view build_version;  // "0.1.0"
extern const std::string_view build_commit;   // of the source tree, with "-dirty" when it was changed; empty: no git there

}  // namespace creditfold::cli
