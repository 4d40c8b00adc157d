// SPDX-License-Identifier: Apache-2.0
#include "ledger/consents.hpp"

namespace creditfold::consents {

namespace {

template <class SomeId>
bool stands(const std::map<SomeId, Standing<bool>>& all, const SomeId& id, Instant at) {
  const auto found = all.find(id);
  const bool* standing = found == all.end() ? nullptr : found->second.at(at);
  return standing != nullptr && *standing;
}

}  // namespace

void evolve(AccountState& state, const Event& event, const ConsentChanged& fact) {
  state.consents[fact.feature].change(event.at, fact.granted);
}

void evolve(AccountState& state, const Event& event, const TermsAccepted& fact) {
  state.terms[fact.terms].change(event.at, fact.accepted);
}

void evolve(AccountState& state, const Event& event, const AccessChanged& fact) {
  state.access.change(event.at, fact.allowed);
}

bool has_access(const AccountState& state, Instant at) {
  const bool* standing = state.access.at(at);
  return standing == nullptr || *standing;
}

bool has_consent(const AccountState& state, const FeatureId& feature, Instant at) {
  return stands(state.consents, feature, at);
}

bool has_accepted(const AccountState& state, const TermsId& terms, Instant at) {
  return stands(state.terms, terms, at);
}

std::vector<UsageFlag> objections(const AccountState& state, const Model& model, Instant at) {
  std::vector<UsageFlag> found;
  if (!has_access(state, at)) found.push_back(UsageFlag::revoked);
  if (model.withdrawn_at && *model.withdrawn_at <= at) found.push_back(UsageFlag::discontinued);
  if (state.environment == Environment::gov && !model.gov) found.push_back(UsageFlag::not_authorized_in_gov);
  if (model.beta && !has_consent(state, FeatureId(beta_feature), at)) found.push_back(UsageFlag::beta_not_accepted);
  if (model.partner_terms && !has_accepted(state, *model.partner_terms, at)) found.push_back(UsageFlag::partner_terms);
  return found;
}

// The moment is among the values: access, consents and terms are measured by it, and change.
Refusal refusal_for(UsageFlag flag, const ModelId& id, const Model& model, Instant at) {
  const std::pair<std::string, std::string> named{"model", id.value};
  const std::pair<std::string, std::string> then{"at", to_text(at)};
  switch (flag) {
    case UsageFlag::revoked:
      return {RefusalCode::revoked, "AI-0", "This account's access to AI is suspended.", {then}};
    case UsageFlag::discontinued:
      return {RefusalCode::discontinued, "AI-5", "This model has been withdrawn.",
              {named, {"withdrawn_at", model.withdrawn_at ? to_text(*model.withdrawn_at) : ""}, then}};
    case UsageFlag::not_authorized_in_gov:
      return {
          RefusalCode::not_authorized_in_gov, "GOV-1", "This model is not authorized in the gov environment.", {named}};
    case UsageFlag::beta_not_accepted:
      return {RefusalCode::beta_not_accepted, "AI-5", "This is a beta model and the account has not opted in to beta.",
              {named, {"feature", std::string(beta_feature)}, then}};
    case UsageFlag::partner_terms:
      return {RefusalCode::partner_terms, "AI-3", "The account has not accepted this model's partner terms.",
              {named, {"terms", model.partner_terms ? model.partner_terms->value : ""}, then}};
    case UsageFlag::unknown_authorization:
      return {RefusalCode::unknown_authorization, "H17", "There is no live authorization of this id.", {}};
  }
  __builtin_unreachable();
}

std::optional<Refusal> decide(Draft& draft, const SetConsent& command) {
  if (command.feature.value == training_feature && command.granted) {
    return Refusal{RefusalCode::never_for_training,
                   "AI-4",
                   "Customer Data never trains models; no consent changes that.",
                   {{"feature", command.feature.value}}};
  }
  draft.emit(ConsentChanged{.feature = command.feature, .granted = command.granted});
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const AcceptTerms& command) {
  draft.emit(TermsAccepted{.terms = command.terms, .accepted = command.accepted});
  return std::nullopt;
}

std::optional<Refusal> decide(Draft& draft, const SetAccess& command) {
  draft.emit(AccessChanged{.allowed = command.allowed, .reason = to_free_text(command.reason)});
  return std::nullopt;
}

}  // namespace creditfold::consents
