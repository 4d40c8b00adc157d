// SPDX-License-Identifier: Apache-2.0
// creditfold directory: people, organizations and labels behind the log's opaque ids. Names and emails come from a file
// or a pipe, never from words of the command line, which other users of a machine can see.
#include "ledger/cli/directory.hpp"

#include <thread>

#include "events/store/directory_lock.hpp"
#include "events/store/files.hpp"
#include "events/store/region_list.hpp"
#include "ledger/cli/answerer.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/lines.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/directory/directory_store.hpp"
#include "ledger/json.hpp"

namespace creditfold::cli {
namespace {

using directory::DirectoryStore;
using directory::Entry;

template <class SomeId>
SomeId id_of(const std::string& text) {
  if (!SomeId::valid(text)) throw UsageError("\"" + text + "\" is no id: 1 to 128 bytes without control characters");
  return SomeId(text);
}

directory::LabelKind kind_of(const std::string& text) {
  const auto kind = directory::parse_label_kind(text);
  if (!kind) throw UsageError("a label is of a team, a workflow or a model, not of a " + text);
  return *kind;
}

class LocalDirectory final : public DirectoryAccess {
 public:
  explicit LocalDirectory(const std::string& data) : lock_(private_directory(data)), store_(with_its_home(data)) {}

  [[nodiscard]] std::optional<std::string> get(const EntryName& name) override {
    if (name[0] == "person") return json_of(store_.person(id_of<ActorId>(name[1])));
    if (name[0] == "organization") return json_of(store_.organization(id_of<directory::OrganizationId>(name[1])));
    return json_of(store_.label(kind_of(name[2]), id_of<AccountId>(name[1]), id_of<directory::LabelId>(name[3])));
  }

  [[nodiscard]] std::optional<directory::EntryFault> put(const Entry& entry) override {
    try {
      store_.put(entry);
    } catch (const directory::UnknownOrganization& unknown) {
      return directory::EntryFault{unknown.place(), unknown.what()};
    }
    return std::nullopt;
  }

  [[nodiscard]] bool erase(const EntryName& name) override {
    if (name[0] == "person") return store_.erase_person(id_of<ActorId>(name[1]));
    if (name[0] == "organization") return store_.erase_organization(id_of<directory::OrganizationId>(name[1]));
    return store_.erase_label(kind_of(name[2]), id_of<AccountId>(name[1]), id_of<directory::LabelId>(name[3]));
  }

  [[nodiscard]] std::vector<std::string> list(const EntryName& what) override {
    std::vector<std::string> lines;
    if (what[0] == "labels") {
      for (const Entry& entry : store_.labels(id_of<AccountId>(what[1]))) lines.push_back(directory::to_json(entry));
      return lines;
    }
    std::string after;
    for (bool more = true; more;) {
      const auto page = what[0] == "people" ? store_.people(after) : store_.organizations(after);
      more = page.size() == directory::entries_per_page;
      for (const Entry& entry : page) lines.push_back(directory::to_json(entry));
      if (more) after = id_of_last(page.back());
    }
    return lines;
  }

 private:
  static std::filesystem::path private_directory(const std::string& data) {
    make_private_directory(data);
    return data;
  }
  // The store lies in the home region's folder, and is made where there is none.
  static std::filesystem::path with_its_home(const std::string& data) {
    const RegionId home{std::string(home_region)};
    const auto listed = read_region_list(data);
    if (listed && listed->count(home) > 0) require_ledger(data, home);
    return data;
  }
  template <class Found>
  static std::optional<std::string> json_of(const std::optional<Found>& found) {
    return found ? std::optional(directory::to_json(Entry(*found))) : std::nullopt;
  }
  static std::string id_of_last(const Entry& entry) {
    if (const auto* person = std::get_if<directory::Person>(&entry)) return person->person.value;
    return std::get<directory::Organization>(entry).organization.value;
  }

  DirectoryLock lock_;
  DirectoryStore store_;
};

void require_words(bool right, const char* usage) {
  if (!right) throw UsageError(std::string("say: creditfold directory ") + usage);
}

EntryName entry_meant(const DirectoryOptions& options) {
  const EntryName& name = options.words;
  const bool one = name.size() == 2 && (name[0] == "person" || name[0] == "organization");
  const bool label = name.size() == 4 && name[0] == "label";
  require_words(one || label, "get or erase, then person ID, organization ID or label ACCOUNT KIND ID");
  if (label) static_cast<void>(kind_of(name[2]));
  return name;
}

std::string in_words(const EntryName& name) {
  std::string words;
  for (const std::string& word : name) words += (words.empty() ? "" : " ") + word;
  return words;
}

ExitStatus get(const DirectoryOptions& options) {
  const EntryName name = entry_meant(options);
  const auto found = open_directory(options.data)->get(name);
  if (!found) {
    say("the directory has no " + in_words(name));
    return ExitStatus::refused;
  }
  return print(*found);
}

ExitStatus erase(const DirectoryOptions& options) {
  const EntryName name = entry_meant(options);
  const bool erased = open_directory(options.data)->erase(name);
  if (!erased) say("the directory has no " + in_words(name));
  return erased ? ExitStatus::done : ExitStatus::refused;
}

ExitStatus list(const DirectoryOptions& options) {
  const EntryName what = options.words.empty() ? EntryName{"people"} : options.words;
  const bool lists = what.size() == 1 && (what[0] == "people" || what[0] == "organizations");
  require_words(lists || (what.size() == 2 && what[0] == "labels"), "list people, organizations or labels ACCOUNT");
  Output out = Output::standard();
  for (const std::string& line : open_directory(options.data)->list(what)) out.line(line);
  out.flush();
  return ExitStatus::done;
}

// Entry by entry: what stands before a wrong one is kept, and saying it again changes nothing.
ExitStatus put(const DirectoryOptions& options) {
  require_words(options.words.size() <= 1, "put FILE, or - for standard input");
  const InputFile input(options.words.empty() ? "-" : options.words.front());
  const auto access = open_directory(options.data);
  if (input.is_terminal()) say("reading entries, one JSON object a line; end with Ctrl-D");
  LineReader reader(input.descriptor());
  bool all = true;
  for (std::vector<Line> group = reader.next_group(); !group.empty(); group = reader.next_group()) {
    for (const Line& line : group) {
      const auto entry = directory::parse_entry(line.text);
      const auto fault = entry ? access->put(*entry) : std::optional(entry.error());
      if (!fault) continue;
      say("line " + std::to_string(line.number) + ", " + fault->place + ": " + fault->what);
      all = false;
    }
  }
  return all ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

std::unique_ptr<DirectoryAccess> open_directory(const std::string& data) {
  for (int attempt = 1;; ++attempt) {
    const auto holder = lock_holder(data);
    if (holder && holder->text.starts_with("http://")) return open_remote_directory(holder->text, token_for(data));
    try {
      return std::make_unique<LocalDirectory>(data);
    } catch (const Fault& fault) {
      if (fault.kind() != Fault::Kind::busy || attempt == holder_attempts_max) throw;
    }
    std::this_thread::sleep_for(holder_attempt_interval);
  }
}

ExitStatus run(const DirectoryOptions& options) {
  if (options.action == "put") return put(options);
  if (options.action == "get") return get(options);
  if (options.action == "erase") return erase(options);
  if (options.action == "list") return list(options);
  throw UsageError("creditfold directory takes put, get, erase or list, not " + options.action);
}

}  // namespace creditfold::cli
