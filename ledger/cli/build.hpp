// SPDX-License-Identifier: Apache-2.0
// Which build of the program this is. The definitions are written by write_build.cmake at each build.
#pragma once

#include <string_view>

namespace creditfold::cli {

extern const std::string_view build_version;  // "0.1.0"
// Of the source tree, with "-dirty" when that was changed. Empty: no git there.
extern const std::string_view build_commit;

}  // namespace creditfold::cli
