// SPDX-License-Identifier: Apache-2.0
#include "ledger/directory/directory_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <mutex>

#include "events/store/files.hpp"
#include "events/store/sqlite_fault.hpp"

namespace creditfold::directory {
namespace {

// In the database's header: "CFDR", and the number of this schema. Stored: a change is a new number.
constexpr std::int64_t application_id = 0x43464452;
constexpr std::int64_t format = 1;

constexpr const char* schema = R"sql(
CREATE TABLE people (
  id     TEXT PRIMARY KEY,
  name   TEXT NOT NULL,
  email  TEXT,
  image  TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE organizations (
  id    TEXT PRIMARY KEY,
  name  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  organization  TEXT NOT NULL,
  account       TEXT NOT NULL,
  place         INTEGER NOT NULL,
  PRIMARY KEY (organization, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX accounts_by_account ON accounts (account);

CREATE TABLE memberships (
  person        TEXT NOT NULL,
  organization  TEXT NOT NULL,
  place         INTEGER NOT NULL,
  PRIMARY KEY (person, organization)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_organization ON memberships (organization);

CREATE TABLE labels (
  account  TEXT NOT NULL,
  kind     INTEGER NOT NULL,
  id       TEXT NOT NULL,
  name     TEXT NOT NULL,
  PRIMARY KEY (account, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE erasures (
  unfinished  INTEGER NOT NULL
) STRICT;

INSERT INTO erasures VALUES (0);
)sql";

void bind(SQLite::Statement& statement, int index, const std::string& text) { statement.bind(index, text); }
void bind(SQLite::Statement& statement, int index, std::int64_t number) { statement.bind(index, number); }
void bind(SQLite::Statement& statement, int index, const std::optional<std::string>& text) {
  if (text) statement.bind(index, *text);
}

std::optional<std::string> optional_text(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(column.getString());
}

}  // namespace

struct DirectoryStore::Database {
  std::filesystem::path file;
  mutable std::mutex mutex;
  std::optional<SQLite::Database> sql;

  // Runs `action` with the database to itself.
  template <class Action>
  auto with(const char* doing, Action&& action) const {
    const std::lock_guard lock(mutex);
    return with_faults(file, doing, action);
  }

  template <class... Values>
  [[nodiscard]] SQLite::Statement statement(const char* text, const Values&... values) const {
    SQLite::Statement made(*sql, text);
    int index = 0;
    (bind(made, ++index, values), ...);
    return made;
  }
  template <class... Values>
  int run(const char* text, const Values&... values) {
    return statement(text, values...).exec();
  }
  // Calls `take` for each row.
  template <class Take, class... Values>
  void rows(Take&& take, const char* text, const Values&... values) const {
    SQLite::Statement query = statement(text, values...);
    while (query.executeStep()) take(query);
  }

  void open() {
    sql.emplace(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    const auto number = [&](const char* pragma) { return sql->execAndGet(pragma).getInt64(); };
    const bool fresh = number("SELECT count(*) FROM sqlite_schema") == 0;
    const bool ours = number("PRAGMA application_id") == application_id && number("PRAGMA user_version") == format;
    if (!fresh && !ours) {
      throw Fault(Fault::Kind::unsupported_format, file.string() + ": a database, but no directory this program knows");
    }
    for (const char* pragma : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                               "PRAGMA secure_delete=ON", "PRAGMA temp_store=MEMORY", "PRAGMA trusted_schema=OFF"}) {
      sql->exec(pragma);
    }
    if (fresh) {
      SQLite::Transaction transaction(*sql, SQLite::TransactionBehavior::IMMEDIATE);
      sql->exec(schema);
      sql->exec("PRAGMA application_id=" + std::to_string(application_id));
      sql->exec("PRAGMA user_version=" + std::to_string(format));
      transaction.commit();
      sync_directory(file.parent_path());
    }
    if (number("SELECT max(unfinished) FROM erasures") != 0) finish_erasure();
  }

  // What was deleted may still lie in the slack of pages that were rebalanced: the file is written anew, and the
  // write-ahead log cut to nothing.
  void finish_erasure() {
    sql->exec("VACUUM");
    if (sql->execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0) {
      throw Fault(Fault::Kind::busy, file.string() + ": is being read; the erasure is finished when it is opened next");
    }
    run("UPDATE erasures SET unfinished = 0");
  }

  // Deletes by `statements`; answers whether there was something.
  template <class Delete>
  bool erase(Delete&& delete_rows) {
    return with("erasing", [&] {
      SQLite::Transaction transaction(*sql, SQLite::TransactionBehavior::IMMEDIATE);
      if (!delete_rows()) return false;
      run("UPDATE erasures SET unfinished = 1");
      transaction.commit();
      finish_erasure();
      return true;
    });
  }

  [[nodiscard]] Person person_from(SQLite::Statement& row) const {
    Person person{.person = ActorId(row.getColumn(0).getString()),
                  .name = row.getColumn(1).getString(),
                  .email = optional_text(row.getColumn(2)),
                  .image = optional_text(row.getColumn(3)),
                  .organizations = {}};
    rows([&](SQLite::Statement& member) { person.organizations.emplace_back(member.getColumn(0).getString()); },
         "SELECT organization FROM memberships WHERE person = ? ORDER BY place", person.person.value);
    return person;
  }

  [[nodiscard]] Organization organization_from(SQLite::Statement& row) const {
    Organization organization{.organization = OrganizationId(row.getColumn(0).getString()),
                              .name = row.getColumn(1).getString(),
                              .accounts = {}};
    rows([&](SQLite::Statement& account) { organization.accounts.emplace_back(account.getColumn(0).getString()); },
         "SELECT account FROM accounts WHERE organization = ? ORDER BY place", organization.organization.value);
    return organization;
  }

  static Label label_from(SQLite::Statement& row) {
    return {.kind = static_cast<LabelKind>(row.getColumn(1).getInt()),
            .account = AccountId(row.getColumn(0).getString()),
            .id = LabelId(row.getColumn(2).getString()),
            .name = row.getColumn(3).getString()};
  }

  void put(const Person& person) {
    const std::string& id = person.person.value;
    for (std::size_t i = 0; i < person.organizations.size(); ++i) {
      const OrganizationId& organization = person.organizations[i];
      SQLite::Statement known = statement("SELECT 1 FROM organizations WHERE id = ?", organization.value);
      if (!known.executeStep()) throw UnknownOrganization(i, organization);
    }
    run("INSERT OR REPLACE INTO people (id, name, email, image) VALUES (?, ?, ?, ?)", id, person.name, person.email,
        person.image);
    run("DELETE FROM memberships WHERE person = ?", id);
    std::int64_t place = 0;
    for (const OrganizationId& organization : person.organizations) {
      run("INSERT INTO memberships (person, organization, place) VALUES (?, ?, ?)", id, organization.value, ++place);
    }
  }

  void put(const Organization& organization) {
    const std::string& id = organization.organization.value;
    run("INSERT OR REPLACE INTO organizations (id, name) VALUES (?, ?)", id, organization.name);
    run("DELETE FROM accounts WHERE organization = ?", id);
    std::int64_t place = 0;
    for (const AccountId& account : organization.accounts) {
      run("INSERT INTO accounts (organization, account, place) VALUES (?, ?, ?)", id, account.value, ++place);
    }
  }

  void put(const Label& label) {
    run("INSERT OR REPLACE INTO labels (account, kind, id, name) VALUES (?, ?, ?, ?)", label.account.value,
        static_cast<std::int64_t>(label.kind), label.id.value, label.name);
  }
};

DirectoryStore::DirectoryStore(const std::filesystem::path& data) : database_(std::make_unique<Database>()) {
  const std::filesystem::path folder = data / home_region;
  make_private_directory(folder);
  database_->file = folder / directory_file;
  database_->with("opening", [&] { database_->open(); });
}

DirectoryStore::~DirectoryStore() = default;

void DirectoryStore::put(const Entry& entry) {
  database_->with("writing", [&] {
    SQLite::Transaction transaction(*database_->sql, SQLite::TransactionBehavior::IMMEDIATE);
    std::visit([&](const auto& one) { database_->put(one); }, entry);
    transaction.commit();
  });
}

std::optional<Person> DirectoryStore::person(const ActorId& id) const {
  return database_->with("reading", [&]() -> std::optional<Person> {
    SQLite::Statement query = database_->statement("SELECT id, name, email, image FROM people WHERE id = ?", id.value);
    return query.executeStep() ? std::optional(database_->person_from(query)) : std::nullopt;
  });
}

std::optional<Organization> DirectoryStore::organization(const OrganizationId& id) const {
  return database_->with("reading", [&]() -> std::optional<Organization> {
    SQLite::Statement query = database_->statement("SELECT id, name FROM organizations WHERE id = ?", id.value);
    return query.executeStep() ? std::optional(database_->organization_from(query)) : std::nullopt;
  });
}

std::optional<Label> DirectoryStore::label(LabelKind kind, const AccountId& account, const LabelId& id) const {
  return database_->with("reading", [&]() -> std::optional<Label> {
    SQLite::Statement query =
        database_->statement("SELECT account, kind, id, name FROM labels WHERE account = ? AND kind = ? AND id = ?",
                             account.value, static_cast<std::int64_t>(kind), id.value);
    return query.executeStep() ? std::optional(Database::label_from(query)) : std::nullopt;
  });
}

std::vector<Entry> DirectoryStore::people(const std::string& after) const {
  return database_->with("reading", [&] {
    std::vector<Entry> found;
    database_->rows([&](SQLite::Statement& row) { found.emplace_back(database_->person_from(row)); },
                    "SELECT id, name, email, image FROM people WHERE id > ? ORDER BY id LIMIT ?", after,
                    static_cast<std::int64_t>(entries_per_page));
    return found;
  });
}

std::vector<Entry> DirectoryStore::organizations(const std::string& after) const {
  return database_->with("reading", [&] {
    std::vector<Entry> found;
    database_->rows([&](SQLite::Statement& row) { found.emplace_back(database_->organization_from(row)); },
                    "SELECT id, name FROM organizations WHERE id > ? ORDER BY id LIMIT ?", after,
                    static_cast<std::int64_t>(entries_per_page));
    return found;
  });
}

std::vector<Entry> DirectoryStore::labels(const AccountId& account) const {
  return database_->with("reading", [&] {
    std::vector<Entry> found;
    database_->rows([&](SQLite::Statement& row) { found.emplace_back(Database::label_from(row)); },
                    "SELECT account, kind, id, name FROM labels WHERE account = ? ORDER BY kind, id", account.value);
    return found;
  });
}

Names DirectoryStore::names(const AccountId& account) const {
  Names names;
  for (Entry& entry : labels(account)) names.labels.push_back(std::get<Label>(std::move(entry)));
  database_->with("reading", [&] {
    database_->rows(
        [&](SQLite::Statement& row) {
          names.people.emplace_back(ActorId(row.getColumn(0).getString()), row.getColumn(1).getString());
        },
        "SELECT DISTINCT people.id, people.name FROM accounts JOIN memberships USING (organization) "
        "JOIN people ON people.id = memberships.person WHERE account = ? ORDER BY people.id",
        account.value);
  });
  return names;
}

std::vector<ClassOfData> DirectoryStore::classes() const {
  return database_->with("reading", [&] {
    const auto count = [&](const char* text) { return database_->sql->execAndGet(text).getInt64(); };
    return std::vector<ClassOfData>{
        {"people", "names, emails and profile image references behind opaque ids",
         count("SELECT count(*) FROM people")},
        {"organizations", "their names and which accounts are theirs", count("SELECT count(*) FROM organizations")},
        {"memberships", "which organizations a person can access", count("SELECT count(*) FROM memberships")},
        {"labels", "names of teams, display names of workflows and models", count("SELECT count(*) FROM labels")},
    };
  });
}

bool DirectoryStore::erase_person(const ActorId& id) {
  return database_->erase([&] {
    database_->run("DELETE FROM memberships WHERE person = ?", id.value);
    return database_->run("DELETE FROM people WHERE id = ?", id.value) > 0;
  });
}

bool DirectoryStore::erase_organization(const OrganizationId& id) {
  return database_->erase([&] {
    database_->run("DELETE FROM memberships WHERE organization = ?", id.value);
    database_->run("DELETE FROM accounts WHERE organization = ?", id.value);
    return database_->run("DELETE FROM organizations WHERE id = ?", id.value) > 0;
  });
}

bool DirectoryStore::erase_label(LabelKind kind, const AccountId& account, const LabelId& id) {
  return database_->erase([&] {
    return database_->run("DELETE FROM labels WHERE account = ? AND kind = ? AND id = ?", account.value,
                          static_cast<std::int64_t>(kind), id.value) > 0;
  });
}

}  // namespace creditfold::directory
