// SPDX-License-Identifier: Apache-2.0
#include "ledger/directory/entries.hpp"

#include <boost/json.hpp>

#include <algorithm>

#include "ledger/json.hpp"
#include "ledger/json_reader.hpp"
#include "ledger/json_text.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/markings.hpp"

namespace creditfold::directory {
namespace {

namespace json = boost::json;

std::string read_name(ObjectReader& in) {
  std::string name = in.string("name");
  if (!in.faulty() && !is_plain_text(name, name_bytes_max)) {
    in.fail("name", "is not 1 to 200 bytes of UTF-8 without control characters");
  }
  return name;
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  return is_plain_text(text, email_bytes_max) && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos && text.find(' ') == std::string_view::npos;
}

template <class SomeId>
std::vector<SomeId> read_ids(ObjectReader& in, std::string_view name, std::size_t limit) {
  std::vector<SomeId> ids;
  const json::value* value = in.find(name);
  if (value == nullptr) return ids;
  const json::array* list = value->if_array();
  if (list == nullptr) {
    in.fail(name, "is not a list");
    return ids;
  }
  if (list->size() > limit) in.fail(name, "has more than " + std::to_string(limit) + " ids");
  for (std::size_t i = 0; i < list->size() && !in.faulty(); ++i) {
    const json::string* text = (*list)[i].if_string();
    const std::string place = std::string(name) + "/" + std::to_string(i);
    if (text == nullptr || !SomeId::valid({text->data(), text->size()})) {
      in.fail(place, "is not an id");
      break;
    }
    const SomeId id(std::string_view(text->data(), text->size()));
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) in.fail(place, "stands twice");
    ids.push_back(id);
  }
  return ids;
}

Person read_person(ObjectReader& in) {
  Person person{.person = in.id<ActorId>("person"),
                .name = read_name(in),
                .email = in.optional_string("email"),
                .image = in.optional_string("image"),
                .organizations = read_ids<OrganizationId>(in, "organizations", organizations_max)};
  if (person.email && !is_email(*person.email)) in.fail("email", "is not an email address of at most 254 bytes");
  if (person.image && !is_plain_text(*person.image, image_bytes_max)) {
    in.fail("image", "is not 1 to 2048 bytes of UTF-8 without control characters");
  }
  return person;
}

Organization read_organization(ObjectReader& in) {
  return {.organization = in.id<OrganizationId>("organization"),
          .name = read_name(in),
          .accounts = read_ids<AccountId>(in, "accounts", accounts_max)};
}

Label read_label(ObjectReader& in) {
  return {.kind = in.name_of<LabelKind>("label"),
          .account = in.id<AccountId>("account"),
          .id = in.id<LabelId>("id"),
          .name = read_name(in)};
}

EntryFault classified() { return {"/", "carries a classification marking (GOV-3); nothing of it was stored", true}; }

}  // namespace

Expected<Entry, EntryFault> parse_entry(std::string_view text) {
  if (text.size() > entry_bytes_max) return Unexpected{EntryFault{"/", "is longer than 256 KiB"}};
  json::parse_options options;
  options.max_depth = json_depth_max;
  json::error_code error;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error ? has_marking(text) : has_marked_text(value)) return Unexpected{classified()};
  if (error) return Unexpected{EntryFault{"/", "is not JSON: " + error.message()}};
  if (const auto twice = find_duplicate_key(text)) {
    if (has_marking(text) || has_marking(*twice)) return Unexpected{classified()};  // the value has the last of the two
    return Unexpected{EntryFault{*twice, "stands twice"}};
  }
  std::optional<ReadFault> fault;
  ObjectReader in(value, "", fault);
  std::optional<Entry> entry;
  if (in.has("person")) {
    entry = read_person(in);
  } else if (in.has("organization")) {
    entry = read_organization(in);
  } else if (in.has("label")) {
    entry = read_label(in);
  } else {
    in.fail_here("names neither a person nor an organization nor a label");
  }
  in.refuse_others();
  if (fault) return Unexpected{EntryFault{fault->place, fault->what}};
  return *std::move(entry);
}

std::string to_json(const Entry& entry) {
  JsonWriter out;
  out.open('{');
  if (const auto* person = std::get_if<Person>(&entry)) {
    out.field("person", person->person).field("name", std::string_view(person->name));
    if (person->email) out.field("email", std::string_view(*person->email));
    if (person->image) out.field("image", std::string_view(*person->image));
    out.field("organizations", person->organizations);
  } else if (const auto* organization = std::get_if<Organization>(&entry)) {
    out.field("organization", organization->organization)
        .field("name", std::string_view(organization->name))
        .field("accounts", organization->accounts);
  } else if (const auto* label = std::get_if<Label>(&entry)) {
    out.field("label", to_name(label->kind))
        .field("account", label->account)
        .field("id", label->id)
        .field("name", std::string_view(label->name));
  }
  out.close('}');
  return out.take();
}

std::optional<LabelKind> parse_label_kind(std::string_view name) { return parse_name<LabelKind>(name); }

std::string_view to_name(LabelKind kind) { return creditfold::to_name(kind); }

std::string names_json(const AccountId& account, const Names& names) {
  JsonWriter out;
  out.open('{').field("account", account);
  out.key("people").open('{');
  for (const auto& [person, name] : names.people) out.field(person.value, std::string_view(name));
  out.close('}');
  for (const LabelKind kind : {LabelKind::team, LabelKind::workflow, LabelKind::model}) {
    out.key(std::string(to_name(kind)) + "s").open('{');
    for (const Label& label : names.labels) {
      if (label.kind == kind) out.field(label.id.value, std::string_view(label.name));
    }
    out.close('}');
  }
  out.close('}');
  return out.take();
}

}  // namespace creditfold::directory
