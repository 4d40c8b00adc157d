// SPDX-License-Identifier: Apache-2.0
// Files of what is derived: whole, or none. Behind their bytes stands XXH3-64 of them, least byte first. Private to the
// SQLite store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace creditfold {

// Replaces the file; on disk when this returns. Throws Fault.
void write_checked(const std::filesystem::path& file, std::vector<std::uint8_t> bytes);
// The bytes before the check; nothing when there is no file or its check does not hold. Throws Fault.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> read_checked(const std::filesystem::path& file);

}  // namespace creditfold
