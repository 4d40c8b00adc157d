// SPDX-License-Identifier: Apache-2.0
// Catch2's main for the WebAssembly tests, where the packaged one is of the wrong architecture. Nothing else goes here:
// this file is slow to compile.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
