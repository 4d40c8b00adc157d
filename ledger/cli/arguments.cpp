// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <tuple>

#include "ledger/cli/form.hpp"

namespace creditfold::cli {
namespace {

constexpr const char* default_account = "demo";
constexpr const char* default_model = "gpt-4o";
constexpr const char* default_listen = "127.0.0.1:8080";
// A close that waits longer than this waits for ever.
constexpr std::int64_t close_after_seconds_max = 366LL * 86'400;

constexpr const char* writing = "Write";
constexpr const char* asking = "Ask";
constexpr const char* proving = "Carry away and prove";
constexpr const char* about = "About";

Form<ServeOptions> serve_form(CLI::App& app) {
  Form<ServeOptions> form(app, "serve", "Serve the ledger over HTTP, with its page", writing);
  form.options().listen = default_listen;
  form.data();
  form.text("--listen", "HOST:PORT", "Where to listen (127.0.0.1:8080); port 0 takes a free one",
            &ServeOptions::listen);
  form.text("--catalog", "FILE", "Plans, rates and products (the shipped catalog)", &ServeOptions::catalog);
  form.text("--web", "DIR", "The built page (found beside the program)", &ServeOptions::web);
  form.flag("--demo", "Fill an empty ledger with an account to look at", &ServeOptions::demo);
  form.whole("--close-after", "SECONDS", "Close a Credit Period this long after its end (3600)",
             &ServeOptions::close_after_seconds, close_after_seconds_max);
  form.flag("--allow-remote", "Listen beyond this machine; nobody is asked who they are", &ServeOptions::allow_remote);
  form.flag("--debug", "A line on standard error for each request", &ServeOptions::debug);
  form.take("--store", "URL", "",
            [](ServeOptions&, const std::string& option, const std::string&) {
              refuse(option, "stores other than the data directory are not built yet; leave the option out");
            })
      .group("");  // not in the help
  form.example("creditfold serve --demo");
  return form;
}

Form<ApplyOptions> apply_form(CLI::App& app) {
  Form<ApplyOptions> form(app, "apply", "Take commands, one JSON object a line, and answer each", writing);
  form.data();
  form.text("--catalog", "FILE", "Plans, rates and products (the shipped catalog)", &ApplyOptions::catalog);
  form.json_always();
  form.text("FILE", "", "The commands; - or nothing: standard input", &ApplyOptions::file);
  form.example("creditfold apply commands.jsonl > answers.jsonl");
  return form;
}

Form<ImportOptions> import_form(CLI::App& app) {
  Form<ImportOptions> form(app, "import", "Charge the usage another system measured", writing);
  form.options().account = AccountId(default_account);
  form.options().model = ModelId(default_model);
  form.data();
  form.text("--catalog", "FILE", "Plans, rates and products (the shipped catalog)", &ImportOptions::catalog);
  form.text("--format", "NAME", "The file's form: azure-llm", &ImportOptions::format).required();
  form.id<AccountId>("--account", "ID", "Who is charged (demo)", &ImportOptions::account);
  form.id<WorkflowId>("--workflow", "ID", "What used the model (the file's name)", &ImportOptions::workflow);
  form.id<ModelId>("--model", "ID", "The model used (gpt-4o)", &ImportOptions::model);
  form.take("--starting", "TIME", "Move the first call to TIME; \"original\": move nothing",
            [](ImportOptions& options, const std::string& option, const std::string& text) {
              const bool original = text == "original";
              options.starting.kind = original ? Starting::Kind::original : Starting::Kind::moment;
              if (!original) options.starting.moment = parse_moment(option, text);
            });
  form.json();
  form.text("FILE", "", "The file; - is standard input", &ImportOptions::file).required();
  form.example("creditfold import --format azure-llm --account acme trace.csv");
  return form;
}

Form<BalanceOptions> balance_form(CLI::App& app) {
  Form<BalanceOptions> form(app, "balance", "What an account was granted, used and has left", asking);
  form.options().account = AccountId(default_account);
  form.data();
  form.id<AccountId>("--account", "ID", "Whose balance (demo)", &BalanceOptions::account);
  form.take("--at", "TIME", "As of this moment, as 2026-01-31T12:00:00Z",
            [](BalanceOptions& options, const std::string& option, const std::string& text) {
              options.at = parse_moment(option, text);
            });
  form.whole("--as-of", "SEQ", "As known when the log ended at this position", &BalanceOptions::as_of);
  form.json();
  form.example("creditfold balance --account acme --at 2026-01-31T12:00:00Z");
  return form;
}

Form<AccountsOptions> accounts_form(CLI::App& app) {
  Form<AccountsOptions> form(app, "accounts", "All accounts", asking);
  form.data();
  form.json();
  form.example("creditfold accounts");
  return form;
}

Form<DirectoryOptions> directory_form(CLI::App& app) {
  Form<DirectoryOptions> form(app, "directory", "The people, organizations and names behind the ids", asking);
  form.data();
  form.json_always();
  form.text("ACTION", "", "put, get, erase or list", &DirectoryOptions::action).required();
  form.words("WORDS", "put: a file of JSON Lines; get, erase: person ID; list: people", &DirectoryOptions::words);
  form.example(
      "creditfold directory put people.jsonl\n"
      "  creditfold directory get person u-101\n"
      "  creditfold directory erase person u-101");
  return form;
}

Form<ExportOptions> export_form(CLI::App& app) {
  Form<ExportOptions> form(app, "export", "Write the log out, whole or one account's", proving);
  form.data();
  form.id<AccountId>("--account", "ID", "Only this account's events", &ExportOptions::account);
  form.id<RegionId>("--region", "NAME", "Of this region's log; needed where there are several", &ExportOptions::region);
  form.text("--format", "NAME", "jsonl: JSON Lines of events; cflog: binary, checks itself", &ExportOptions::format)
      .required();
  form.whole("--after", "SEQ", "Only events after this position", &ExportOptions::after);
  form.text("--output", "FILE", "Into this file instead of standard output", &ExportOptions::output);
  form.example("creditfold export --format cflog --output ledger.cflog");
  return form;
}

constexpr const char* log_help = "A data directory, a .cflog or JSON Lines of events";

Form<ReplayOptions> replay_form(CLI::App& app) {
  Form<ReplayOptions> form(app, "replay", "Fold a log from its beginning", proving);
  form.id<RegionId>("--region", "NAME", "Only this region's log of a data directory", &ReplayOptions::region);
  form.whole("--as-of", "SEQ", "Only up to this position", &ReplayOptions::as_of);
  form.flag("--snapshot", "Again through a snapshot in the middle; fails if that differs", &ReplayOptions::snapshot);
  form.json();
  form.text("LOG", "", log_help, &ReplayOptions::log).required();
  form.example("creditfold replay ledger.cflog");
  return form;
}

Form<VerifyOptions> verify_form(CLI::App& app) {
  Form<VerifyOptions> form(app, "verify", "Hold everything a log says against itself", proving);
  form.json();
  form.text("LOG", "", log_help, &VerifyOptions::log).required();
  form.example("creditfold verify data");
  return form;
}

Form<ClausesOptions> clauses_form(CLI::App& app) {
  Form<ClausesOptions> form(app, "clauses", "The clauses that rules and refusals name", about);
  form.json();
  return form;
}

Form<VersionOptions> version_form(CLI::App& app) {
  Form<VersionOptions> form(app, "version", "Which program this is", about);
  form.json();
  return form;
}

// The command the words named, when they got that far.
const CLI::App* command_of(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? nullptr : commands.front();
}

std::string sentence_of(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> remaining = app.remaining(true);
  const bool unexpected = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !remaining.empty();
  if (unexpected && command_of(app) == nullptr) return "there is no command " + remaining.front();
  if (unexpected) return remaining.front() + " is not expected";
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) {
    const std::string what = error.what();
    return what.substr(0, what.find(':')) + " needs one value";
  }
  std::string what = error.what();
  while (what.ends_with('\n') || what.ends_with('.')) what.pop_back();
  return what;
}

Told told_of(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = command_of(app);
  const std::string name = command ? " " + command->get_name() : "";
  return {ExitStatus::usage, sentence_of(app, error) + ". Try: creditfold" + name + " --help"};
}

Told help_of(const CLI::App& app) {
  const CLI::App* command = command_of(app);
  std::string text = command ? command->help("creditfold") : app.help();
  while (text.ends_with('\n')) text.pop_back();
  return {ExitStatus::done, text};
}

}  // namespace

std::variant<Options, Told> parse_arguments(int argc, const char* const* argv) {
  CLI::App app("creditfold keeps a ledger of AI credits: an append-only log of facts, folded.", "creditfold");
  app.set_help_flag("-h,--help", "Print this help; creditfold COMMAND --help says more");
  bool version = false;
  app.add_flag("--version", version, "Which program this is");
  app.get_formatter()->column_width(27);
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  const auto forms =
      std::tuple{serve_form(app),     apply_form(app),  import_form(app), balance_form(app), accounts_form(app),
                 directory_form(app), export_form(app), replay_form(app), verify_form(app),  clauses_form(app),
                 version_form(app)};
  app.require_subcommand(0, 1);
  app.footer(
      "Example:\n"
      "  creditfold serve --demo --data demo\n"
      "  creditfold import --data demo --format azure-llm trace.csv\n"
      "  creditfold balance --data demo\n\n"
      "Ends with 0 done, 1 refused or not verified, 2 wrong usage, 3 damaged data, 4 the machine failed.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return help_of(app);
  } catch (const CLI::ParseError& error) {
    return told_of(app, error);
  }
  std::optional<Options> asked;
  std::apply([&](const auto&... form) { ((asked = asked ? asked : form.asked()), ...); }, forms);
  if (asked) return *asked;
  if (version) return Options(VersionOptions{});
  return Told{ExitStatus::usage, "name a command. Try: creditfold --help"};
}

}  // namespace creditfold::cli
