// SPDX-License-Identifier: Apache-2.0
// creditfold explain: why a figure of an account is what it is.
#include "ledger/explain.hpp"

#include <optional>

#include "ledger/cli/answerer.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/explain_text.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::cli {
namespace {

using Explained = Expected<Explanation, std::string>;

[[noreturn]] void refuse_words(const std::string& sentence) {
  throw UsageError(sentence + " Try: creditfold explain --help");
}

// One thing is asked about; its name and which one, as read_why takes them.
struct Asked {
  std::string_view about;
  std::string which;
};
Asked asked_of(const ExplainOptions& options) {
  std::vector<Asked> asked;
  const auto take = [&](std::string_view about, const std::optional<std::string>& which) {
    if (which) asked.push_back({about, *which});
  };
  take("lot", options.lot);
  take("usage", options.usage);
  take("line", options.line);
  take("period", options.period);
  if (options.refusal) asked.push_back({"refusal", read_whole(*options.refusal)});
  if (options.workflow.has_value() != options.model.has_value()) {
    refuse_words("--workflow and --model are given together.");
  }
  if (options.workflow && (!is_utf8(*options.workflow) || !is_utf8(*options.model))) refuse_words("An id is UTF-8.");
  if (options.workflow) {
    JsonWriter use;
    use.open('{')
        .field("workflow", std::string_view(*options.workflow))
        .field("model", std::string_view(*options.model))
        .close('}');
    asked.push_back({"use", use.take()});
  }
  if (asked.size() != 1) {
    refuse_words("Name one thing to explain: --lot, --usage, --line, --refusal, --period, or --workflow and --model.");
  }
  return asked.front();
}

// Nothing of this name: said like a refusal, though no command was refused.
ExitStatus refuse_unknown(const Asked& asked, const std::string& sentence, bool json) {
  say(sentence);
  if (json) {
    JsonWriter out;
    out.open('{').key("key").write_null();
    out.key("refused").open('{').field("code", "not_found").key("clause").write_null();
    out.field("message", std::string_view(sentence)).key("details").open('{');
    out.field(asked.about, std::string_view(asked.which)).close('}').close('}').close('}');
    Output standard = Output::standard();
    standard.line(out.take());
    standard.flush();
  }
  return ExitStatus::refused;
}

}  // namespace

ExitStatus run(const ExplainOptions& options) {
  const Asked asked = asked_of(options);
  const auto why = read_why(asked.about, asked.which);
  if (!why) refuse_words(why.error());
  const Catalog catalog = load_catalog(options.catalog);
  // A refusal explains itself; the account it met is looked at when it is named.
  const auto* refusal = std::get_if<WhyRefusal>(&*why);
  std::optional<Explained> told;  // nothing: there is no such account
  if (refusal == nullptr || options.account) {
    const AccountId account = options.account.value_or(AccountId(default_account));
    told = in_home(options.data, account, [&](const Log& log) -> std::optional<Explained> {
      const AccountHistory history(log, account, options.as_of);
      return history.empty() ? std::nullopt : std::optional(explain(history, *why, catalog));
    });
    const bool unopened = refusal != nullptr && refusal->refusal.code == RefusalCode::unknown_account;
    if (!told && !unopened) return refuse_unknown_account(account, options.json, options.as_of.has_value());
  }
  if (!told) told = explain(AccountHistory(), *why, catalog);
  if (!*told) return refuse_unknown(asked, told->error(), options.json);
  const std::string json = explanation_json(**told);
  return print(options.json ? json : explanation_text(json));
}

}  // namespace creditfold::cli
