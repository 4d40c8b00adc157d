// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/program.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <span>
#include <string_view>

#include "events/store/files.hpp"
#include "ledger/cli/arguments.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/markings.hpp"

namespace creditfold::cli {
namespace {

ExitStatus tell(const Told& told) {
  if (told.status != ExitStatus::done) {
    say(told.text);
    return told.status;
  }
  print(told.text);
  return told.status;
}

// GOV-3: a marked word is refused before it is taken for anything: an account, a file, an option's value.
bool is_marked(std::string_view word) {
  const std::size_t equals = word.find('=');
  return has_marking(word) || (equals != std::string_view::npos && has_marking(word.substr(equals + 1)));
}

std::optional<ExitStatus> refuse_marked_words(std::span<const char* const> words) {
  if (std::none_of(words.begin(), words.end(), is_marked)) return std::nullopt;
  const auto is_json = [](std::string_view word) { return word == "--json"; };
  return tell_refusal(classified_refusal(), std::any_of(words.begin(), words.end(), is_json));
}

ExitStatus run_arguments(int argc, const char* const* argv) {
  const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
  if (const auto refused = refuse_marked_words(words.subspan(words.empty() ? 0 : 1))) return *refused;
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
  } catch (const std::filesystem::filesystem_error& error) {
    status = fail(ExitStatus::machine, to_text(error).c_str());
  } catch (const std::bad_alloc&) {
    status = fail(ExitStatus::machine, "out of memory");
  } catch (const std::exception& error) {
    status = fail(ExitStatus::machine, error.what());
  }
  return static_cast<int>(status);
}

}  // namespace creditfold::cli
