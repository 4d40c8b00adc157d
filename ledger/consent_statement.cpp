// SPDX-License-Identifier: Apache-2.0
#include "ledger/consent_statement.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "ledger/consents.hpp"
#include "ledger/gov_matrix.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/terms.hpp"

namespace creditfold {
namespace {

// For each feature and each terms id, the event that decides at a moment: the last recorded that had happened by then.
struct DecidingEvents {
  const Event* access = nullptr;
  std::map<FeatureId, const Event*> consents;
  std::map<TermsId, const Event*> terms;
};

DecidingEvents deciding_at(std::span<const Event> events, Instant moment) {
  DecidingEvents found;
  for (const Event& event : events) {
    if (event.at > moment) continue;
    if (std::holds_alternative<AccessChanged>(event.payload)) found.access = &event;
    if (const auto* fact = std::get_if<ConsentChanged>(&event.payload)) found.consents[fact->feature] = &event;
    if (const auto* fact = std::get_if<TermsAccepted>(&event.payload)) found.terms[fact->terms] = &event;
  }
  return found;
}

// "since" and "by": null where nothing was recorded and the rule's own answer stands.
void write_origin(JsonWriter& out, const Event* event) {
  out.key("since");
  if (event == nullptr) {
    out.write_null();
    out.key("by").write_null();
    return;
  }
  out.write(event->at);
  out.key("by").open('{').field("seq", event->seq).field("version", event->version).field("key", event->key).close('}');
}

template <class SomeId>
const Event* origin_of(const std::map<SomeId, const Event*>& known, const SomeId& id) {
  const auto found = known.find(id);
  return found == known.end() ? nullptr : found->second;
}

void write_access(JsonWriter& out, const AccountState& state, const DecidingEvents& deciding, Instant moment) {
  out.key("access").open('{').field("allowed", consents::has_access(state, moment));
  write_origin(out, deciding.access);
  out.close('}');
}

// AI-4: `training` is there and answered never whatever was recorded; AI-5: so is `beta`, off until it is given.
void write_consents(JsonWriter& out, const AccountState& state, DecidingEvents& deciding, Instant moment) {
  deciding.consents.emplace(FeatureId(consents::training_feature), nullptr);
  deciding.consents.emplace(FeatureId(consents::beta_feature), nullptr);
  out.key("consents").open('[');
  for (const auto& [feature, event] : deciding.consents) {
    const bool training = feature.value == consents::training_feature;
    const bool granted = !training && consents::has_consent(state, feature, moment);
    out.open('{')
        .field("feature", feature)
        .field("state", training ? "never" : granted ? "granted" : "not_granted")
        .field("granted", granted);
    write_origin(out, event);
    out.close('}');
  }
  out.close(']');
}

using ModelPlace = std::pair<RateCardId, ModelId>;

// Rate cards that a term of the account in force at the moment charges by.
bool in_force(const AccountState& state, const RateCardId& card, Instant moment) {
  return std::any_of(state.pools.begin(), state.pools.end(), [&](const auto& pool) {
    const Term* term = terms::term_in_force(state, pool.first, moment);
    return term != nullptr && term->rate_card == card;
  });
}

void write_terms_of(JsonWriter& out, const AccountState& state, const DecidingEvents& deciding, const TermsId& id,
                    Instant moment) {
  out.open('{').field("terms", id).field("accepted", consents::has_accepted(state, id, moment));
  write_origin(out, origin_of(deciding.terms, id));
}

// AI-3: terms some model of the catalog asks for, then the others the account has answered.
void write_terms(JsonWriter& out, const AccountState& state, const Catalog& catalog, const DecidingEvents& deciding,
                 Instant moment) {
  std::map<TermsId, std::vector<ModelPlace>> needed;
  for (const auto& [card, models] : catalog.rate_cards) {
    for (const auto& [id, model] : models.models) {
      if (model.partner_terms) needed[*model.partner_terms].emplace_back(card, id);
    }
  }
  out.key("partner_terms").open('[');
  for (const auto& [id, places] : needed) {
    write_terms_of(out, state, deciding, id, moment);
    out.key("needed_by").open('[');
    for (const auto& [card, model] : places) {
      out.open('{')
          .field("rate_card", card)
          .field("model", model)
          .field("in_force", in_force(state, card, moment))
          .close('}');
    }
    out.close(']').close('}');
  }
  out.close(']').key("other_terms").open('[');
  for (const auto& [id, event] : deciding.terms) {
    if (needed.count(id) != 0) continue;
    write_terms_of(out, state, deciding, id, moment);
    out.close('}');
  }
  out.close(']');
}

// What stands against each model at the moment, in the order of the checks; none: it may be used.
void write_models(JsonWriter& out, const AccountState& state, const Catalog& catalog, Instant moment) {
  out.key("models").open('[');
  for (const auto& [card, models] : catalog.rate_cards) {
    const bool used = in_force(state, card, moment);
    for (const auto& [id, model] : models.models) {
      out.open('{')
          .field("rate_card", card)
          .field("in_force", used)
          .field("model", id)
          .field("provider", std::string_view(model.provider))
          .field("partner_terms", model.partner_terms)
          .field("beta", model.beta)
          .field("gov", model.gov)
          .field("withdrawn_at", model.withdrawn_at)
          .field("objections", consents::objections(state, model, moment))
          .close('}');
    }
  }
  out.close(']');
}

// GOV-2: whether the account asked for the responsibility matrix that is shipped now, and whether it attested to it.
void write_gov(JsonWriter& out, const AccountState& state, const DecidingEvents& deciding, Instant moment) {
  if (state.environment != Environment::gov) return;
  const auto answer = [&](std::string_view name, const TermsId& id) {
    out.key(name);
    write_terms_of(out, state, deciding, id, moment);
    out.close('}');
  };
  out.key("responsibility_matrix").open('{').field("version", gov::matrix_version);
  answer("requested", gov::requested_terms());
  answer("attested", gov::attested_terms());
  out.close('}');
}

}  // namespace

std::string consents_json(const AccountState& state, std::span<const Event> events, const Catalog& catalog,
                          Instant moment) {
  DecidingEvents deciding = deciding_at(events, moment);
  JsonWriter out;
  out.open('{')
      .field("account", state.account)
      .field("at", moment)
      .field("version", state.version)
      .field("environment", state.environment)
      .field("region", state.region);
  write_access(out, state, deciding, moment);
  write_consents(out, state, deciding, moment);
  write_terms(out, state, catalog, deciding, moment);
  write_models(out, state, catalog, moment);
  write_gov(out, state, deciding, moment);
  out.key("notices").open('{');  // AI-6
  for (const auto& [name, text] : catalog.notices) out.field(name, std::string_view(text));
  out.close('}').close('}');
  return out.take();
}

std::optional<std::string> consents_as_of(const Log& log, const AccountId& account, const Catalog& catalog,
                                          const AsOf& as_of, Instant now) {
  const auto view = view_as_of(log, account, as_of, now);
  if (!view) return std::nullopt;
  std::vector<Event> events;
  log.read_account(account, 0, as_of.seq.value_or(-1), [&](Event&& event) {
    const bool asked = std::holds_alternative<AccessChanged>(event.payload) ||
                       std::holds_alternative<ConsentChanged>(event.payload) ||
                       std::holds_alternative<TermsAccepted>(event.payload);
    if (asked) events.push_back(std::move(event));
    return true;
  });
  return consents_json(view->state, events, catalog, view->moment);
}

}  // namespace creditfold
