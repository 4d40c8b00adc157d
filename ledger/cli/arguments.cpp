// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <string_view>
#include <tuple>
#include <vector>

#include "ledger/cli/form.hpp"
#include "ledger/cli/forms_guard.hpp"
#include "ledger/cli/forms_prove.hpp"
#include "ledger/key_arn.hpp"

namespace creditfold::cli {
namespace {

constexpr const char* default_listen = "127.0.0.1:8080";
// A close that waits longer than this waits for ever.
constexpr std::int64_t close_after_seconds_max = 366LL * 86'400;

constexpr const char* writing = "Write";
constexpr const char* asking = "Ask";
constexpr const char* about = "About";

Form<ServeOptions> serve_form(CLI::App& app) {
  Form<ServeOptions> form(app, "serve", "Serve the ledger over HTTP, with its page", writing);
  form.options().listen = default_listen;
  form.data();
  form.text("--listen", "HOST:PORT", "Where to listen (127.0.0.1:8080); port 0 takes a free one",
            &ServeOptions::listen);
  form.catalog();
  form.text("--web", "DIR", "The built page (found beside the program)", &ServeOptions::web);
  form.flag("--demo", "Fill an empty ledger with an account to look at", &ServeOptions::demo);
  form.whole("--close-after", "SECONDS", "Close a Credit Period this long after its end (3600)",
             &ServeOptions::close_after_seconds, close_after_seconds_max);
  form.key_service();
  form.text("--origin", "NAME", "What checkpoints of its logs are signed as, from the first on (creditfold)",
            &ServeOptions::origin);
  form.text("--reader", "ORIGIN", "A page elsewhere that may read and follow, as https://page.example",
            &ServeOptions::reader_origin);
  form.flag("--allow-remote",
            "Listen beyond this machine, with no key service unless one is named; make tokens first",
            &ServeOptions::allow_remote);
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
  form.catalog();
  form.key_service();
  form.json_always();
  form.text("FILE", "", "The commands; - or nothing: standard input", &ApplyOptions::file);
  form.example("creditfold apply commands.jsonl > answers.jsonl");
  return form;
}

Form<ImportOptions> import_form(CLI::App& app) {
  Form<ImportOptions> form(app, "import",
                           "Charge the usage another system measured; ends with 1 when a row was not taken", writing);
  form.options().account = AccountId(default_account);
  form.data();
  form.catalog();
  form.text("--format", "NAME", "The file's form: azure-llm, cloudevents or otel-genai", &ImportOptions::format)
      .required();
  form.id<AccountId>("--account", "ID", "Who is charged (demo)", &ImportOptions::account);
  form.id<WorkflowId>("--workflow", "ID", "What used the model (what the file says, else its name)",
                      &ImportOptions::workflow);
  form.id<ModelId>("--model", "ID", "The model where the file names none (azure-llm: gpt-4o)", &ImportOptions::model);
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
  form.at();
  form.as_of();
  form.json();
  form.example("creditfold balance --account acme --at 2026-01-31T12:00:00Z");
  return form;
}

Form<ExplainOptions> explain_form(CLI::App& app) {
  Form<ExplainOptions> form(app, "explain", "Why: events, arithmetic and clauses behind a figure", asking);
  form.data();
  form.id<AccountId>("--account", "ID", "Whose figures (demo)", &ExplainOptions::account);
  form.text("--lot", "LOT", "A lot: plan/term/period/n", &ExplainOptions::lot);
  form.text("--usage", "ID", "A charge, by its usage id", &ExplainOptions::usage);
  form.text("--line", "N", "An invoice line, by its number from 1", &ExplainOptions::line);
  form.text("--refusal", "FILE", "A refusal: an answer as JSON; - is standard input", &ExplainOptions::refusal);
  form.text("--period", "PERIOD", "A Credit Period: plan/term/period", &ExplainOptions::period);
  form.text("--workflow", "ID", "With --model: a workflow's use of a model", &ExplainOptions::workflow);
  form.text("--model", "ID", "With --workflow", &ExplainOptions::model);
  form.text("--catalog", "FILE", "Rates to show the factors with (the shipped catalog)", &ExplainOptions::catalog);
  form.as_of();
  form.json();
  form.example("creditfold explain --account acme --usage run-17");
  return form;
}

Form<InvoicesOptions> invoices_form(CLI::App& app) {
  Form<InvoicesOptions> form(app, "invoices", "Invoice lines with the numbers they are made of", asking);
  form.options().account = AccountId(default_account);
  form.data();
  form.id<AccountId>("--account", "ID", "Whose invoice lines (demo)", &InvoicesOptions::account);
  form.at();
  form.as_of();
  form.text("--format", "NAME", "csv: a row for each product; json", &InvoicesOptions::format);
  form.json();
  form.example("creditfold invoices --account acme --format csv > lines.csv");
  return form;
}

Form<ConsentsOptions> consents_form(CLI::App& app) {
  Form<ConsentsOptions> form(app, "consents", "What an account has agreed to, since when and by which event", asking);
  form.options().account = AccountId(default_account);
  form.data();
  form.catalog();
  form.id<AccountId>("--account", "ID", "Whose consents (demo)", &ConsentsOptions::account);
  form.at();
  form.as_of();
  form.json();
  form.example("creditfold consents --account acme --at 2026-01-31T12:00:00Z");
  return form;
}

Form<EstimateOptions> estimate_form(CLI::App& app) {
  Form<EstimateOptions> form(app, "estimate", "What a use of a model would be charged; nothing is recorded", asking);
  form.options().account = AccountId(default_account);
  form.data();
  form.catalog();
  form.id<AccountId>("--account", "ID", "Who would be charged (demo)", &EstimateOptions::account);
  form.id<ModelId>("--model", "ID", "The model asked about", &EstimateOptions::model).required();
  form.whole("--query", "TOKENS", "Tokens of the query (0)", &EstimateOptions::query);
  form.whole("--input", "TOKENS", "Tokens of the input (0)", &EstimateOptions::input);
  form.whole("--output", "TOKENS", "Tokens of the output (0)", &EstimateOptions::output);
  form.id<WorkflowId>("--workflow", "ID", "What would use the model", &EstimateOptions::workflow);
  form.id<PlanId>("--plan", "ID", "The plan to be charged (as for a report)", &EstimateOptions::plan);
  form.id<ActorId>("--actor", "ID", "Who would use it", &EstimateOptions::actor);
  form.moment("--at", "When, as 2026-01-31T12:00:00Z (now)", &EstimateOptions::at);
  form.json();
  form.example("creditfold estimate --account acme --model gpt-4o --input 1200 --output 300");
  return form;
}

Form<SimulateOptions> simulate_form(CLI::App& app) {
  Form<SimulateOptions> form(app, "simulate",
                             "What a scenario would come to: futures of an account's use; nothing is recorded", asking);
  form.catalog();
  form.id<AccountId>("--account", "ID", "Whose futures (the scenario's, or the log's only account)",
                     &SimulateOptions::account);
  form.json();
  form.text("LOG", "", "A data directory, a .cflog or JSON Lines of events", &SimulateOptions::log).required();
  form.text("SCENARIO", "", "The scenario as JSON; - is standard input", &SimulateOptions::scenario).required();
  form.example(R"(echo '{"days": 90, "asks": [{"ask": "smallest_purchase"}]}' | creditfold simulate data -)");
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
  form.text("--catalog", "FILE", "Of focus, archive and sqlite (the shipped catalog)", &ExportOptions::catalog);
  form.text("--format", "NAME", "jsonl, cflog, focus (charges as CSV), archive (all of an account), sqlite",
            &ExportOptions::format)
      .required();
  form.whole("--after", "SEQ", "Only events after this position", &ExportOptions::after);
  form.text("--output", "FILE", "Into this file instead of standard output", &ExportOptions::output);
  form.key_service();
  form.example(
      "creditfold export --format archive --account acme --output acme.tar\n"
      "  creditfold export --format sqlite --output ledger.sqlite");
  return form;
}

KeysOptions::Action parse_action(const std::string& option, const std::string& word) {
  if (word == "rotate") return KeysOptions::Action::rotate;
  if (word == "revoke") return KeysOptions::Action::revoke;
  if (word == "check") return KeysOptions::Action::check;
  if (word == "classes") return KeysOptions::Action::classes;
  refuse(option, "\"" + word + "\" is none of rotate, revoke, check and classes");
}

Form<KeysOptions> keys_form(CLI::App& app) {
  Form<KeysOptions> form(app, "keys", "The customer's own key: show, rotate, revoke or check it; what is encrypted",
                         asking);
  form.options().account = AccountId(default_account);
  form.data();
  form.catalog();
  form.id<AccountId>("--account", "ID", "Whose key (demo)", &KeysOptions::account);
  form.text("--reason", "TEXT", "Kept with a rotation or revocation", &KeysOptions::reason);
  form.key_service();
  form.json();
  form.take("ACTION", "", "rotate ARN, revoke, check [ARN], or classes; nothing shows the key and its history",
            [](KeysOptions& options, const std::string& option, const std::string& word) {
              options.action = parse_action(option, word);
            });
  form.take("ARN", "", "The AWS KMS key", [](KeysOptions& options, const std::string& option, const std::string& text) {
    if (!KeyArn::valid(text) || !parse_key_arn(text)) {
      refuse(option, "it is no ARN of an AWS KMS key, as arn:aws:kms:REGION:ACCOUNT:key/ID");
    }
    options.key_arn = KeyArn(text);
  });
  form.example("creditfold keys --account acme rotate arn:aws:kms:eu-central-1:111122223333:alias/ledger");
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

// `help` before the words of a command says what --help says behind them, and `help help` what it says itself.
std::vector<const char*> words_of(int argc, const char* const* argv) {
  std::vector<const char*> words(argv, argv + argc);
  if (argc > 1 && std::string_view(words[1]) == "help") {
    const bool itself = argc == 3 && std::string_view(words[2]) == "help";
    words.erase(words.begin() + 1, words.begin() + (itself ? 3 : 2));
    words.push_back("--help");
  }
  return words;
}

// The command the words named, when they got that far: the innermost of several words.
const CLI::App* command_of(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  if (commands.empty()) return nullptr;
  const CLI::App* inner = command_of(*commands.front());
  return inner ? inner : commands.front();
}

std::string name_of(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  const bool nested = parent != nullptr && parent->get_parent() != nullptr;
  return (nested ? name_of(*parent) + " " : "") + command.get_name();
}

// Whether the words that were understood want another one behind them that names a command.
bool has_commands(const CLI::App& app) {
  const CLI::App* command = command_of(app);
  return command == nullptr || !command->get_subcommands([](const CLI::App*) { return true; }).empty();
}

std::string no_command(const CLI::App& app, const std::string& word) {
  const CLI::App* command = command_of(app);
  return "there is no command " + (command ? name_of(*command) + " " : "") + word;
}

std::string sentence_of(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> remaining = app.remaining(true);
  const bool wants_command = error.what() == std::string_view("A subcommand is required");
  const bool any_unexpected = wants_command || error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (any_unexpected && !remaining.empty()) {
    const std::string& word = remaining.front();
    return has_commands(app) && !word.starts_with('-') ? no_command(app, word) : word + " is not expected";
  }
  if (wants_command) return "name one of its commands";
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) {
    const std::string what = error.what();
    return what.substr(0, what.find(':')) + " needs one value";
  }
  std::string what = error.what();
  while (what.ends_with('\n') || what.ends_with('.')) what.pop_back();
  return what;
}

Told wrong_usage(const CLI::App& app, const std::string& sentence) {
  const CLI::App* command = command_of(app);
  const std::string name = command ? " " + name_of(*command) : "";
  return {ExitStatus::usage, sentence + ". Try: creditfold" + name + " --help"};
}

Told help_of(const CLI::App& app) {
  const CLI::App* command = command_of(app);
  // CLI11 adds the command's own name, and leaves out those before it.
  const std::string name = command ? name_of(*command) : "";
  const std::string before = name.find(' ') == std::string::npos ? "" : " " + name.substr(0, name.find(' '));
  std::string text = command ? command->help("creditfold" + before) : app.help();
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
  CLI::App& gov = gov_family(app);
  CLI::App& tokens = tokens_family(app);
  const auto forms = std::tuple{serve_form(app),
                                apply_form(app),
                                import_form(app),
                                balance_form(app),
                                explain_form(app),
                                invoices_form(app),
                                consents_form(app),
                                estimate_form(app),
                                simulate_form(app),
                                accounts_form(app),
                                directory_form(app),
                                export_form(app),
                                replay_form(app),
                                verify_form(app),
                                checkpoint_form(app),
                                prove_form(app),
                                backup_form(app),
                                restore_form(app),
                                migrate_form(app),
                                keys_form(app),
                                clauses_form(app),
                                version_form(app),
                                gov_matrix_form(gov),
                                gov_attest_form(gov),
                                tokens_create_form(tokens),
                                tokens_list_form(tokens),
                                tokens_revoke_form(tokens)};
  app.require_subcommand(0, 1);
  app.footer(
      "Example:\n"
      "  creditfold serve --demo --data demo\n"
      "  creditfold import --data demo --format azure-llm trace.csv\n"
      "  creditfold balance --data demo\n\n"
      "Ends with 0 done, 1 refused or not verified, 2 wrong usage, 3 damaged data, 4 the machine failed.");
  try {
    const std::vector<const char*> words = words_of(argc, argv);
    app.parse(static_cast<int>(words.size()), words.data());
  } catch (const CLI::CallForHelp&) {
    const std::vector<std::string> remaining = app.remaining(true);
    if (!remaining.empty() && has_commands(app)) return wrong_usage(app, no_command(app, remaining.front()));
    return help_of(app);
  } catch (const CLI::ParseError& error) {
    return wrong_usage(app, sentence_of(app, error));
  }
  std::optional<Options> asked;
  std::apply([&](const auto&... form) { ((asked = asked ? asked : form.asked()), ...); }, forms);
  if (asked) return *asked;
  if (version) return Options(VersionOptions{});
  return wrong_usage(app, "name a command");
}

}  // namespace creditfold::cli
