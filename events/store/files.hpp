// SPDX-License-Identifier: Apache-2.0
// What a store on disk needs of the file system beside its files: directories that are there, and stay there after a
// power cut. Native only.
#pragma once

#include <filesystem>

namespace creditfold {

// Throws the Fault that errno stands for, naming the path.
[[noreturn]] void throw_errno(const std::filesystem::path& path);

// A file's name is on disk only when its directory is.
void sync_directory(const std::filesystem::path& directory);

// Makes a directory that only its owner can enter, with its parents, unless it is there.
void make_private_directory(const std::filesystem::path& directory);

}  // namespace creditfold
