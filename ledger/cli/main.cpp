// SPDX-License-Identifier: Apache-2.0
// The composition root: the only file that knows it is a program. What is put together is in ledger/cli/ and, for
// `serve`, in ledger/service/.
#include "ledger/cli/allocator.hpp"
#include "ledger/cli/program.hpp"

int main(int argc, char** argv) {
  creditfold::use_large_pages();
  return creditfold::cli::run_program(argc, argv);
}
