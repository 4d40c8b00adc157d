// SPDX-License-Identifier: Apache-2.0
// A partition in memory: what every partition promises. Native: its tree takes SHA-256.
#include <catch2/catch.hpp>

#include "events/store/memory_partition.hpp"
#include "tests/store/contract.hpp"
#include "tests/store/moving.hpp"

using namespace creditfold;
using namespace creditfold::test;

TEST_CASE("A partition in memory keeps the contract of a log") {
  check_contract([] { return std::make_unique<MemoryPartition>(RegionId("us")); });
}

TEST_CASE("RES-1: partitions in memory keep what partitions promise of streams that move") {
  check_moving([](const char* region) { return std::make_unique<MemoryPartition>(RegionId(region)); });
}
