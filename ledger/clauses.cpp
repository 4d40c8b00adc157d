// SPDX-License-Identifier: Apache-2.0
#include "ledger/clauses.hpp"

#include <algorithm>
#include <array>

#include "ledger/json_writer.hpp"

namespace creditfold {
namespace {

// Our reading of the product-specific terms of 2025-10-07, clause by clause; H ids are rules of our own where those are silent.
constexpr std::array clause_table{
    Clause{"AIS-1", "AI Studio", "A workflow is an automation that uses AI: every charge names its workflow and its model."},
    Clause{"AIS-2", "AI Studio", "A Product Term is the first subscription period or a renewal of it; nothing is granted or sold outside one."},
    Clause{"AIS-3", "AI Studio", "Each Credit Period, monthly or quarterly, brings the plan's allotment once, when it opens."},
    Clause{"AIS-4a", "AI Studio", "A charge is the volume of query, input and output times the rates of the model chosen."},
    Clause{"AIS-4b", "AI Studio", "What was consumed stays consumed; a vendor's correction is a new grant that names the charge."},
    Clause{"AIS-4c", "AI Studio", "An estimate informs and guarantees nothing."},
    Clause{"AIS-4d", "AI Studio", "Credits unused at the end of their Credit Period expire by themselves."},
    Clause{"AIS-4e", "AI Studio", "Expired credits are not carried over: a lot lies in exactly one Credit Period."},
    Clause{"AIS-4f", "AI Studio", "Credits are not transferable: a lot belongs to one account and one plan for ever."},
    Clause{"AIS-5a", "AI Studio", "Additional credits are sold during a Product Term only."},
    Clause{"AIS-5b", "AI Studio", "Additional credits are sold in multiples of the plan's increment."},
    Clause{"AIS-5c", "AI Studio", "Additional credits are bought for named Credit Periods."},
    Clause{"AIS-5d", "AI Studio", "Additional credits pay only in the plan they were bought for."},
    Clause{"ADD-1", "Add-ons", "Permissions Management and Compliance Management have as many seats as the Enterprise subscription."},
    Clause{"ADD-2", "Add-ons", "More Enterprise seats are invoiced for the subscription and for the add-ons."},
    Clause{"EKM-1", "Key management", "The customer's key is an AWS KMS key in the customer's own AWS account."},
    Clause{"EKM-2", "Key management", "Third-party services and their metadata, profile images and videos stay unencrypted."},
    Clause{"EKM-3", "Key management", "Names and emails of End Users and team names are shared unencrypted with subprocessors."},
    Clause{"EKM-4", "Key management", "Key management has as many seats as Enterprise; the two are billed together as Asana Enterprise."},
    Clause{"EKM-5", "Key management", "Rotation re-wraps data keys and never rewrites the log; after a revocation sealed text reads as sealed."},
    Clause{"RES-1", "Data residency", "After migration an organization's data is hosted in the location of its order form."},
    Clause{"RES-2", "Data residency", "Profile information and the organizations a user can reach stay in the United States."},
    Clause{"RES-3", "Data residency", "A migration is for the whole organization and all its End Users."},
    Clause{"AI-0", "Asana AI", "The right to use Asana AI can be revoked."},
    Clause{"AI-1", "Asana AI", "Input and output are Customer Data: volumes are kept here, never content."},
    Clause{"AI-2", "Asana AI", "Output may not be represented as made by a human."},
    Clause{"AI-3", "Asana AI", "A model is used under its provider's terms, once they are accepted."},
    Clause{"AI-4", "Asana AI", "Customer Data does not train generative models; other uses need the customer's consent."},
    Clause{"AI-5", "Asana AI", "Beta services are opt-in, come as they are and may end."},
    Clause{"AI-6", "Asana AI", "Output is probabilistic; the customer evaluates it."},
    Clause{"GOV-1", "Gov", "A gov account lives in a gov region and uses models authorized there."},
    Clause{"GOV-2", "Gov", "The customer meets its part of the responsibility matrix, which is confidential and given upon request."},
    Clause{"GOV-3", "Gov", "Classified data is neither processed nor stored."},
    Clause{"H1", "How: time", "Rules measure by the command's moment; it may lie at most five minutes ahead of the clock."},
    Clause{"H2", "How: time", "Period n starts n months or quarters after the term, the day clamped to the month's end; the last ends with the term."},
    Clause{"H3", "How: time", "Before a command is decided, expired authorizations are released and begun periods are opened."},
    Clause{"H4", "How: time", "Closing takes a command; until then usage that happened in the period still draws its lots."},
    Clause{"H5", "How: plans", "Plans run side by side; the terms of one plan never overlap."},
    Clause{"H6", "How: plans", "Usage without a plan goes to the plan in force with the highest rank that admits the actor."},
    Clause{"H7", "How: plans", "Without any term in force a command is outside a term; with one of another plan it is a mismatch."},
    Clause{"H8", "How: plans", "A term ends early at a boundary of its periods that cuts off none that has been opened."},
    Clause{"H9", "How: plans", "A renewal keeps cadence and allotment and takes the rest from the catalog."},
    Clause{"H10", "How: lots", "A lot has the bounds of its period, also when it is bought in the middle."},
    Clause{"H11", "How: lots", "Lots burn in the order allotment, promotion, purchase, correction; the older first."},
    Clause{"H12", "How: lots", "Granted equals consumed plus held plus expired plus remaining, after every event."},
    Clause{"H13", "How: usage", "A usage report is a fact: it is recorded once, and what would have been refused is a flag on it."},
    Clause{"H14", "How: usage", "Usage reported after its period closed is late and uncovered; nothing expired comes back."},
    Clause{"H15", "How: usage", "A charge is summed in 128-bit integers and rounded up to the micro-credit once."},
    Clause{"H16", "How: authorizations", "An authorization holds what lots cover of its upper bounds, at its own moment."},
    Clause{"H17", "How: authorizations", "Settling releases the hold; the charge then finds its lots like any other."},
    Clause{"H18", "How: authorizations", "A stop plan refuses at its percentage, an overage plan bills at the close, an unlimited plan does neither."},
    Clause{"H19", "How: keys", "The same key with the same command gets the stored answer; with another it is refused."},
    Clause{"H20", "How: seats", "A seat product starts with its seats from 0; an add-on shares its parent's term."},
    Clause{"H21", "How: seats", "Fewer seats take effect at the next renewal, without a credit note."},
    Clause{"H22", "How: seats", "Events carry prices and billing names, so that invoices fold without a catalog."},
};

}  // namespace

std::span<const Clause> clauses() { return clause_table; }

const Clause* find_clause(std::string_view id) {
  const auto found =
      std::find_if(clause_table.begin(), clause_table.end(), [id](const Clause& clause) { return clause.id == id; });
  return found == clause_table.end() ? nullptr : &*found;
}

std::string clauses_json() {
  JsonWriter out;
  out.open('{').key("clauses").open('[');
  for (const Clause& clause : clauses()) {
    out.open('{').field("id", clause.id).field("title", clause.title).field("sentence", clause.sentence).close('}');
  }
  out.close(']').close('}');
  return out.take();
}

}  // namespace creditfold
