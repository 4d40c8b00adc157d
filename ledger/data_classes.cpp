// SPDX-License-Identifier: Apache-2.0
#include "ledger/data_classes.hpp"

#include <vector>

#include "ledger/json_writer.hpp"

namespace creditfold {

// Apart, because the classes' bare names mean something else elsewhere.
namespace data_class_tables {
namespace {

using enum DataClass;

constexpr std::array rules{
    ClassRule{customer_free_text, Protection::sealed, "EKM-5",
              "What people write beside figures is sealed with the account's data key, once the account has a key of "
              "its own."},
    ClassRule{wrapped_data_key, Protection::wrapped, "EKM-1",
              "The data key is kept only as the customer's AWS KMS key wrapped it."},
    ClassRule{amount, Protection::in_the_clear, "EKM-5", "Amounts are never sealed: a ledger folds without any key."},
    ClassRule{time, Protection::in_the_clear, "EKM-5",
              "Moments are never sealed: periods and expiry are told by them."},
    ClassRule{opaque_id, Protection::in_the_clear, "EKM-5",
              "Ids say nothing by themselves; the names behind those of people lie in the directory."},
    ClassRule{key_reference, Protection::in_the_clear, "EKM-1",
              "Which key wraps the data key must be known to ask for it."},
    ClassRule{setting, Protection::in_the_clear, "EKM-5", "Settings and kinds decide how amounts fold."},
    ClassRule{public_catalog_text, Protection::in_the_clear, "EKM-5",
              "Names from the vendor's catalog are no customer's words."},
    ClassRule{check, Protection::in_the_clear, "EKM-5",
              "Checks and digests find damage and repeats; they are made before sealing."},
    ClassRule{
        directory_profile, Protection::in_the_clear, "EKM-3",
        "Names and emails of End Users are shared unencrypted with subprocessors; they lie only in the directory."},
    ClassRule{team_name, Protection::in_the_clear, "EKM-3",
              "Team names are shared unencrypted with subprocessors; they lie only in the directory."},
    ClassRule{third_party_metadata, Protection::in_the_clear, "EKM-2",
              "Third-party services and their metadata stay unencrypted. The ledger keeps none."},
    ClassRule{profile_image, Protection::in_the_clear, "EKM-2",
              "Profile images stay unencrypted. The ledger keeps none; the directory may say where one is."},
    ClassRule{video, Protection::in_the_clear, "EKM-2", "Videos stay unencrypted. The ledger keeps none."},
    ClassRule{
        display_name, Protection::in_the_clear, "RES-2",
        "What ids of organizations, workflows and models are called lies only in the directory, which stays in the "
        "US whatever region the account lives in."},
};

constexpr std::array kept{
    StoredFields{"log", "event", opaque_id, "account key actor"},
    StoredFields{"log", "event", time, "at recorded_at"},
    StoredFields{"log", "event", amount, "seq version"},
    StoredFields{"log", "event", setting, "type"},
    StoredFields{"log", "AccountOpened", setting, "environment region"},
    StoredFields{"log", "TermStarted", opaque_id, "product plan rate_card"},
    StoredFields{"log", "TermStarted", time, "starts_at ends_at"},
    StoredFields{"log", "TermStarted", amount, "term allotment increment"},
    StoredFields{"log", "TermStarted", setting, "cadence on_exhaustion stop_at_percent"},
    StoredFields{"log", "TermEnded", opaque_id, "product plan"},
    StoredFields{"log", "TermEnded", time, "ends_at"},
    StoredFields{"log", "TermEnded", amount, "term"},
    StoredFields{"log", "BuildersChanged", opaque_id, "plan actors"},
    StoredFields{"log", "CreditsGranted", opaque_id, "lot plan corrects"},
    StoredFields{"log", "CreditsGranted", setting, "kind"},
    StoredFields{"log", "CreditsGranted", amount, "credits price"},
    StoredFields{"log", "CreditsGranted", time, "starts_at expires_at"},
    StoredFields{"log", "CreditsGranted", customer_free_text, "reason"},
    StoredFields{"log", "CreditsGranted", public_catalog_text, "name"},
    StoredFields{"log", "CreditsConsumed", opaque_id, "usage plan workflow model rate_card settles"},
    StoredFields{"log", "CreditsConsumed", amount, "query input output credits"},
    StoredFields{"log", "CreditsConsumed", setting, "late flags"},
    StoredFields{"log", "CreditsConsumed", customer_free_text, "memo"},
    StoredFields{"log", "CreditsHeld", opaque_id, "authorization plan"},
    StoredFields{"log", "CreditsHeld", amount, "credits"},
    StoredFields{"log", "CreditsHeld", time, "expires_at"},
    StoredFields{"log", "HoldReleased", opaque_id, "authorization"},
    StoredFields{"log", "HoldReleased", setting, "reason"},
    StoredFields{"log", "PeriodClosed", opaque_id, "plan"},
    StoredFields{"log", "PeriodClosed", amount, "term period granted consumed expired uncovered overage"},
    StoredFields{"log", "PeriodClosed", time, "starts_at ends_at"},
    StoredFields{"log", "PeriodClosed", public_catalog_text, "name"},
    StoredFields{"log", "SeatsChanged", opaque_id, "product billed_with parity_with"},
    StoredFields{"log", "SeatsChanged", amount, "from to seat_price"},
    StoredFields{"log", "SeatsChanged", time, "effective_at"},
    StoredFields{"log", "SeatsChanged", public_catalog_text, "name billed_as"},
    StoredFields{"log", "KeyRotated", key_reference, "key_arn previous"},
    StoredFields{"log", "KeyRotated", wrapped_data_key, "wrapped_key"},
    StoredFields{"log", "KeyRotated", customer_free_text, "reason"},
    StoredFields{"log", "KeyRevoked", key_reference, "key_arn"},
    StoredFields{"log", "KeyRevoked", customer_free_text, "reason"},
    StoredFields{"log", "RegionMigrated", setting, "from to"},
    StoredFields{"log", "RegionMigrated", amount, "events"},
    StoredFields{"log", "RegionMigrated", check, "hash"},
    StoredFields{"log", "ConsentChanged", opaque_id, "feature"},
    StoredFields{"log", "ConsentChanged", setting, "granted"},
    StoredFields{"log", "TermsAccepted", opaque_id, "terms"},
    StoredFields{"log", "TermsAccepted", setting, "accepted"},
    StoredFields{"log", "AccessChanged", setting, "allowed"},
    StoredFields{"log", "AccessChanged", customer_free_text, "reason"},
    StoredFields{"log", "ProductAdded", opaque_id, "product"},
    StoredFields{"log", "ProductAdded", setting, "region"},
    StoredFields{"log", "ProductRemoved", opaque_id, "product"},
    StoredFields{"log", "ProductRemoved", time, "effective_at"},
    StoredFields{"log", "batch", opaque_id, "account key"},
    StoredFields{"log", "batch", check, "digest"},
    StoredFields{"log", "batch", amount, "first_seq count"},
    StoredFields{"directory", "person", opaque_id, "person"},
    StoredFields{"directory", "person", directory_profile, "name email organizations"},
    StoredFields{"directory", "person", profile_image, "image"},
    StoredFields{"directory", "organization", opaque_id, "organization accounts"},
    StoredFields{"directory", "organization", display_name, "name"},
    StoredFields{"directory", "team", opaque_id, "account id"},
    StoredFields{"directory", "team", setting, "label"},
    StoredFields{"directory", "team", team_name, "name"},
    StoredFields{"directory", "workflow", opaque_id, "account id"},
    StoredFields{"directory", "workflow", setting, "label"},
    StoredFields{"directory", "workflow", display_name, "name"},
    StoredFields{"directory", "model", opaque_id, "account id"},
    StoredFields{"directory", "model", setting, "label"},
    StoredFields{"directory", "model", display_name, "name"},
    StoredFields{"none", "third-party service", third_party_metadata, "name metadata"},
    StoredFields{"none", "attachment", video, "video"},
};

}  // namespace
}  // namespace data_class_tables

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    words.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

}  // namespace

std::span<const ClassRule> class_rules() { return data_class_tables::rules; }

std::span<const StoredFields> stored_fields() { return data_class_tables::kept; }

const ClassRule& rule_of(DataClass data_class) {
  return data_class_tables::rules.at(static_cast<std::size_t>(data_class));
}

std::optional<DataClass> class_of(std::string_view store, std::string_view record, std::string_view field) {
  for (const StoredFields& row : data_class_tables::kept) {
    if (row.store != store || row.record != record) continue;
    for (const std::string_view word : words_of(row.fields)) {
      if (word == field) return row.data_class;
    }
  }
  return std::nullopt;
}

std::string data_classes_json() {
  JsonWriter out;
  out.open('{').key("classes").open('[');
  for (const ClassRule& rule : data_class_tables::rules) {
    out.open('{')
        .field("class", rule.data_class)
        .field("encrypted", rule.protection != Protection::in_the_clear)
        .field("protection", rule.protection)
        .field("clause", rule.clause)
        .field("sentence", rule.sentence);
    out.key("stored").open('[');
    for (const StoredFields& row : data_class_tables::kept) {
      if (row.data_class != rule.data_class) continue;
      out.open('{')
          .field("store", row.store)
          .field("record", row.record)
          .field("fields", words_of(row.fields))
          .close('}');
    }
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

}  // namespace creditfold
