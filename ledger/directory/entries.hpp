// SPDX-License-Identifier: Apache-2.0
// What the directory holds and its JSON: people, organizations, and names for ids. It is the only place for names,
// emails and what a person can reach; the log has ids alone (RES-2, EKM-3).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/expected.hpp"
#include "events/vocabulary.hpp"

namespace creditfold::directory {

struct OrganizationTag { static constexpr std::size_t bytes_max = id_bytes_max; };
using OrganizationId = Id<OrganizationTag>;
struct LabelTag { static constexpr std::size_t bytes_max = id_bytes_max; };
using LabelId = Id<LabelTag>;

// Limits. A name is shown on one line; an email is at most RFC 5321's path; a profile image is referred to, never kept.
inline constexpr std::size_t name_bytes_max = 200;
inline constexpr std::size_t email_bytes_max = 254;
inline constexpr std::size_t image_bytes_max = 2048;
// What one person can reach, and what one organization has: lists for a screen.
inline constexpr std::size_t organizations_max = 200;
inline constexpr std::size_t accounts_max = 1'000;
// One entry as JSON: the longest lists of the longest ids fit.
inline constexpr std::size_t entry_bytes_max = 256U << 10;

struct Person {
  ActorId person;  // the opaque id the log knows
  std::string name;
  std::optional<std::string> email;
  std::optional<std::string> image;             // where the profile image is
  std::vector<OrganizationId> organizations;  // that the person can access
};

struct Organization {
  OrganizationId organization;
  std::string name;
  std::vector<AccountId> accounts;
};

enum class LabelKind : std::uint8_t { team, workflow, model };

// The display name of an id of an account's.
struct Label {
  LabelKind kind = LabelKind::workflow;
  AccountId account;
  LabelId id;
  std::string name;
};

using Entry = std::variant<Person, Organization, Label>;

// Where an entry is wrong ("/email") and why; or the byte where it is no JSON.
struct EntryFault {
  std::string place;
  std::string what;
  bool classified = false;  // GOV-3: some text carries a classification marking; nothing of it is told here
};

// An entry is told by its first word: {"person":…}, {"organization":…} or {"label":…}. Strict: unknown and repeated
// fields are refused, and so is a classification marking in any text (GOV-3).
[[nodiscard]] Expected<Entry, EntryFault> parse_entry(std::string_view json);
// One line without a newline.
[[nodiscard]] std::string to_json(const Entry& entry);

[[nodiscard]] std::optional<LabelKind> parse_label_kind(std::string_view name);
[[nodiscard]] std::string_view to_name(LabelKind kind);

// What is kept in which class, for those who ask what stays in the home region (RES-2).
struct ClassOfData {
  std::string_view name;
  std::string_view holds;
  std::int64_t count = 0;
};

// The display names of one account's ids: what a page shows. No emails.
struct Names {
  std::vector<std::pair<ActorId, std::string>> people;  // of the organizations that have the account
  std::vector<Label> labels;
};
[[nodiscard]] std::string names_json(const AccountId& account, const Names& names);

}  // namespace creditfold::directory

namespace creditfold {
template <>
struct EnumNames<directory::LabelKind> {
  static constexpr std::array<std::string_view, 3> names{"team", "workflow", "model"};
};
}  // namespace creditfold
