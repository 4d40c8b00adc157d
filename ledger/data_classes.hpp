// SPDX-License-Identifier: Apache-2.0
// What is kept, where, and whether it is encrypted: every stored field has a class, every class says by which clause it
// is sealed or stays in the clear (EKM-2, EKM-3, EKM-5). One table, shown to customers as it is; a test walks all
// fields by it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "events/vocabulary.hpp"

namespace creditfold {

enum class DataClass : std::uint8_t {
  customer_free_text,
  wrapped_data_key,
  amount,
  time,
  opaque_id,
  key_reference,
  setting,
  public_catalog_text,
  check,
  directory_profile,
  team_name,
  third_party_metadata,
  profile_image,
  video,
  display_name,
};

enum class Protection : std::uint8_t {
  sealed,   // with the account's data key, once it has one
  wrapped,  // by the customer's own key
  in_the_clear,
};

template <>
struct EnumNames<DataClass> {
  static constexpr std::array<std::string_view, 15> names{"customer_free_text",
                                                          "wrapped_data_key",
                                                          "amount",
                                                          "time",
                                                          "opaque_id",
                                                          "key_reference",
                                                          "setting",
                                                          "public_catalog_text",
                                                          "check",
                                                          "directory_profile",
                                                          "team_name",
                                                          "third_party_metadata",
                                                          "profile_image",
                                                          "video",
                                                          "display_name"};
};
template <>
struct EnumNames<Protection> {
  static constexpr std::array<std::string_view, 3> names{"sealed", "wrapped", "in_the_clear"};
};

struct ClassRule {
  DataClass data_class;
  Protection protection;
  std::string_view clause;
  std::string_view sentence;
};

// Fields of one record that are of one class. `store` is where they lie.
struct StoredFields {
  std::string_view store;   // "log", "directory", …; "none" for what the clauses name and nothing here keeps
  std::string_view record;  // an event's name, "event" for the envelope of each, an entry's of the directory: "person"
  DataClass data_class;
  std::string_view fields;  // separated by blanks
};

[[nodiscard]] std::span<const ClassRule> class_rules();  // in the order of the enumeration
[[nodiscard]] std::span<const StoredFields> stored_fields();
[[nodiscard]] const ClassRule& rule_of(DataClass data_class);
// nullopt: nobody has said what this field is.
[[nodiscard]] std::optional<DataClass> class_of(std::string_view store, std::string_view record,
                                                std::string_view field);

// {"classes":[{"class","encrypted","protection","clause","sentence","stored":[{"store","record","fields":[…]}]}]}
[[nodiscard]] std::string data_classes_json();

}  // namespace creditfold
