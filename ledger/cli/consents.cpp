// SPDX-License-Identifier: Apache-2.0
// creditfold consents, creditfold estimate: questions about consents and costs, answered by the same code as the
// service's.
#include <boost/json.hpp>

#include "ledger/cli/answerer.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/data.hpp"
#include "ledger/cli/members.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/consent_statement.hpp"
#include "ledger/estimate.hpp"

namespace creditfold::cli {
namespace {

namespace json = boost::json;

std::string origin_text(const json::value& value) {
  const std::string since = string_of(value, "since");
  if (since.empty()) return "nothing recorded";
  return "since " + short_time(since) + ", event " + std::to_string(value.at("by").at("seq").as_int64());
}

std::string consents_table(const json::value& document) {
  Table table({{"Consent"}, {"State"}, {"Recorded"}});
  for (const json::value& consent : document.at("consents").as_array()) {
    std::string state = string_of(consent, "state");
    if (state == "not_granted") state = "not granted";
    table.row({string_of(consent, "feature"), state, origin_text(consent)});
  }
  return table.text();
}

std::string terms_table(const json::value& document) {
  Table table({{"Terms"}, {"Accepted"}, {"Recorded"}, {"Needed by"}});
  for (const json::value& terms : document.at("partner_terms").as_array()) {
    std::string needed;
    for (const json::value& place : terms.at("needed_by").as_array()) {
      needed += (needed.empty() ? "" : ", ") + string_of(place, "model") + " (" + string_of(place, "rate_card") + ")";
    }
    table.row({string_of(terms, "terms"), terms.at("accepted").as_bool() ? "yes" : "no", origin_text(terms), needed});
  }
  for (const json::value& terms : document.at("other_terms").as_array()) {
    table.row({string_of(terms, "terms"), terms.at("accepted").as_bool() ? "yes" : "no", origin_text(terms), ""});
  }
  return table.empty() ? "No terms.\n" : table.text();
}

std::string models_table(const json::value& document) {
  Table table({{"Model"}, {"Rate card"}, {"Provider"}, {"Beta"}, {"Withdrawn"}, {"Against its use"}});
  for (const json::value& model : document.at("models").as_array()) {
    const std::string withdrawn = string_of(model, "withdrawn_at");
    table.row({string_of(model, "model"), string_of(model, "rate_card"), string_of(model, "provider"),
               model.at("beta").as_bool() ? "yes" : "", withdrawn.empty() ? "" : short_time(withdrawn),
               listed(model, "objections")});
  }
  return table.empty() ? "No models.\n" : table.text();
}

std::string matrix_text(const json::value& document) {
  const json::value* matrix = document.as_object().if_contains("responsibility_matrix");
  if (matrix == nullptr) return {};
  const auto yes = [&](const char* name) { return matrix->at(name).at("accepted").as_bool(); };
  return "\nResponsibility matrix " + string_of(*matrix, "version") + ": " +
         (yes("requested") ? "asked for" : "not asked for") + ", " + (yes("attested") ? "attested" : "not attested") +
         "\n";
}

std::string consents_text(std::string_view consents) {
  const json::value document = json::parse(json::string_view(consents.data(), consents.size()));
  const json::value& access = document.at("access");
  std::string text = string_of(document, "account") + ", " + string_of(document, "environment") + ", as of " +
                     short_time(string_of(document, "at")) + " UTC\nAI access: " +
                     (access.at("allowed").as_bool() ? "allowed" : "suspended") + ", " + origin_text(access) + "\n\n";
  text +=
      consents_table(document) + '\n' + terms_table(document) + '\n' + models_table(document) + matrix_text(document);
  text.pop_back();
  return text;
}

std::string estimate_text(std::string_view estimate) {
  const json::value document = json::parse(json::string_view(estimate.data(), estimate.size()));
  std::string text = grouped(string_of(document, "credits")) + " credits of " + string_of(document, "plan") + " for " +
                     string_of(document, "model") + ": " + grouped(string_of(document, "covered")) + " covered, " +
                     grouped(string_of(document, "uncovered")) + " uncovered\n";
  const std::string flags = listed(document, "flags");
  if (!flags.empty()) text += "A report would be flagged: " + flags + "\n";
  const json::value& authorization = document.at("authorization");
  if (!authorization.at("accepted").as_bool()) {
    text += "An authorization would be refused: " + string_of(authorization, "code") + " (" +
            string_of(authorization, "clause") + ")\n";
  }
  for (const auto& [name, notice] : document.at("notices").as_object()) {
    text += harmless({notice.as_string().data(), notice.as_string().size()}) + '\n';
  }
  text.pop_back();
  return text;
}

}  // namespace

ExitStatus run(const ConsentsOptions& options) {
  const Catalog catalog = load_catalog(options.catalog);
  const AsOf as_of{.at = options.at, .seq = options.as_of};
  const auto consents = in_home(options.data, options.account, [&](const Log& log) {
    return consents_as_of(log, options.account, catalog, as_of, machine_now());
  });
  if (!consents) return refuse_unknown_account(options.account, options.json, options.at || options.as_of);
  return print(options.json ? *consents : consents_text(*consents));
}

ExitStatus run(const EstimateOptions& options) {
  const Catalog catalog = load_catalog(options.catalog);
  const Instant now = machine_now();
  const auto view =
      in_home(options.data, options.account, [&](const Log& log) { return view_as_of(log, options.account, {}, now); });
  if (!view) return refuse_unknown_account(options.account, options.json);
  EstimateQuestion question;
  question.model = *options.model;
  question.query = Volume{options.query};
  question.input = Volume{options.input};
  question.output = Volume{options.output};
  question.workflow = options.workflow;
  question.plan = options.plan;
  question.actor = options.actor;
  question.at = options.at;
  const auto estimate = estimate_json(view->state, question, catalog, now);
  if (!estimate) return tell_refusal(estimate.error(), options.json);
  return print(options.json ? *estimate : estimate_text(*estimate));
}

}  // namespace creditfold::cli
