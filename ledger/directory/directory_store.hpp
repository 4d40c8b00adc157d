// SPDX-License-Identifier: Apache-2.0
// DIR/us/directory.db: the directory in an SQLite database, pinned to the home region whatever regions accounts live in
// (RES-2). What is erased is gone from the file, its free pages and its write-ahead log.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/log.hpp"
#include "ledger/directory/entries.hpp"

namespace creditfold::directory {

// A membership of an organization that is not there.
class UnknownOrganization : public std::runtime_error {
 public:
  explicit UnknownOrganization(std::size_t index, const OrganizationId& id)
      : std::runtime_error("there is no organization " + id.value), index_(index) {}
  [[nodiscard]] std::string place() const { return "/organizations/" + std::to_string(index_); }

 private:
  std::size_t index_;
};

// How many entries a list gives at once.
inline constexpr std::size_t entries_per_page = 1'000;

// Safe to use from several threads, one at a time. REQUIRES: this process holds the data directory's lock.
class DirectoryStore {
 public:
  // Makes it when it is not there; finishes an erasure that a process ended in. Throws Fault as a store does.
  explicit DirectoryStore(const std::filesystem::path& data);
  ~DirectoryStore();
  DirectoryStore(const DirectoryStore&) = delete;
  DirectoryStore& operator=(const DirectoryStore&) = delete;

  // In place of the entry of its id, if there is one. Throws UnknownOrganization, Fault.
  void put(const Entry& entry);

  [[nodiscard]] std::optional<Person> person(const ActorId& id) const;
  [[nodiscard]] std::optional<Organization> organization(const OrganizationId& id) const;
  [[nodiscard]] std::optional<Label> label(LabelKind kind, const AccountId& account, const LabelId& id) const;

  // By id, behind `after`, at most a page.
  [[nodiscard]] std::vector<Entry> people(const std::string& after) const;
  [[nodiscard]] std::vector<Entry> organizations(const std::string& after) const;
  // Of one account, by kind and id. All: no account has many.
  [[nodiscard]] std::vector<Entry> labels(const AccountId& account) const;
  [[nodiscard]] Names names(const AccountId& account) const;
  [[nodiscard]] std::vector<ClassOfData> classes() const;

  // Forgets the entry everywhere. false: there was none.
  bool erase_person(const ActorId& id);
  bool erase_organization(const OrganizationId& id);
  bool erase_label(LabelKind kind, const AccountId& account, const LabelId& id);

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

inline constexpr const char* directory_file = "directory.db";

}  // namespace creditfold::directory
