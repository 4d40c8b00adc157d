// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/program.hpp"

#include <exception>
#include <new>

#include "ledger/cli/arguments.hpp"
#include "ledger/cli/output.hpp"

namespace creditfold::cli {
namespace {

ExitStatus tell(const Told& told) {
  if (told.status != ExitStatus::done) {
    say(told.text);
    return told.status;
  }
  Output out = Output::standard();
  out.line(told.text);
  out.flush();
  return told.status;
}

ExitStatus run_arguments(int argc, const char* const* argv) {
  const auto parsed = parse_arguments(argc, argv);
  if (const Told* told = std::get_if<Told>(&parsed)) return tell(*told);
  return std::visit([](const auto& options) { return run(options); }, std::get<Options>(parsed));
}

ExitStatus fail(ExitStatus status, const char* what) {
  say(what);
  return status;
}

}  // namespace

int run_program(int argc, const char* const* argv) noexcept {
  ExitStatus status = ExitStatus::machine;
  try {
    status = run_arguments(argc, argv);
  } catch (const UsageError& error) {
    status = fail(ExitStatus::usage, error.what());
  } catch (const Fault& fault) {
    status = fail(to_status(fault.kind()), fault.what());
  } catch (const std::bad_alloc&) {
    status = fail(ExitStatus::machine, "out of memory");
  } catch (const std::exception& error) {
    status = fail(ExitStatus::machine, error.what());
  }
  return static_cast<int>(status);
}

}  // namespace creditfold::cli
