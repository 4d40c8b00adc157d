// SPDX-License-Identifier: Apache-2.0
// The directory over HTTP: people, organizations, labels, and the names of an account's ids. It lives in the home
// region, wherever the account does (RES-2).
#include "ledger/json.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

using directory::DirectoryStore;
using directory::Entry;
using directory::Label;
using directory::LabelId;
using directory::Organization;
using directory::OrganizationId;
using directory::Person;

namespace {

template <class SomeId>
Expected<SomeId, Reply> id_argument(const Call& call, std::size_t index) {
  if (SomeId::valid(call.arguments[index])) return SomeId(call.arguments[index]);
  return Unexpected{bad_request({"target, the id", "An id is 1 to 128 bytes without control characters."})};
}

Reply unknown_entry(std::string_view what, const std::string& id) {
  return error_reply(Status::not_found, "unknown_entry",
                     "The directory has no " + std::string(what) + " " + id + ".");
}

Reply entry_reply(const std::optional<Entry>& entry, std::string_view what, const std::string& id) {
  return entry ? json_reply(Status::ok, directory::to_json(*entry)) : unknown_entry(what, id);
}

template <class Found>
std::optional<Entry> as_entry(Found&& found) {
  if (!found) return std::nullopt;
  return Entry(*std::forward<Found>(found));
}

Reply erased_reply(bool erased, std::string_view what, const std::string& id) {
  return erased ? json_reply(Status::ok, R"({"erased":true})") : unknown_entry(what, id);
}

// A page of entries; `more` says that the last of them is where the next begins.
Reply list_reply(std::string_view name, const std::vector<Entry>& entries, bool more) {
  std::string json = R"({")" + std::string(name) + R"(":[)";
  for (const Entry& entry : entries) json += (&entry == &entries.front() ? "" : ",") + directory::to_json(entry);
  return json_reply(Status::ok, json + R"(],"more":)" + (more ? "true" : "false") + "}");
}

Reply classes_reply(const DirectoryStore& store) {
  std::string json = R"({"region":")" + std::string(home_region) + R"(","classes":[)";
  const char* comma = "";
  for (const directory::ClassOfData& one : store.classes()) {
    json += comma + (R"({"class":)" + json_quote(one.name)) + R"(,"holds":)" + json_quote(one.holds) + R"(,"count":)" +
            std::to_string(one.count) + "}";
    comma = ",";
  }
  return json_reply(Status::ok, json + "]}");
}

// The entry of a body, which has to be the one its address names.
template <class Wanted, class Same>
Reply put_reply(DirectoryStore& store, const std::string& body, Same&& same) {
  const auto entry = directory::parse_entry(body);
  if (!entry && entry.error().classified) {
    return error_reply(Status::unprocessable_entity, "classified", "The body " + entry.error().what + ".",
                       entry.error().place);
  }
  if (!entry) return error_reply(Status::bad_request, "malformed", entry.error().what, entry.error().place);
  const auto* wanted = std::get_if<Wanted>(&*entry);
  if (wanted == nullptr || !same(*wanted)) {
    return error_reply(Status::bad_request, "malformed", "The body is another entry than its address names.", "/");
  }
  try {
    store.put(*entry);
  } catch (const directory::UnknownOrganization& unknown) {
    return error_reply(Status::unprocessable_entity, "unknown_organization", std::string(unknown.what()) + ".",
                       unknown.place());
  }
  return json_reply(Status::ok, directory::to_json(*entry));
}

// Everything of the directory is asked on a reader's thread: it is a disk's work.
class DirectoryRoutes {
 public:
  DirectoryRoutes(Router& router, DirectoryStore& store, Readers& readers)
      : router_(router), store_(store), readers_(readers) {}

  // `answer(store, call)`.
  template <class Answer>
  void add(std::string_view pattern, Verb method, std::vector<std::string_view> parameters, Answer answer) {
    Route route{.pattern = pattern, .method = method, .parameters = std::move(parameters), .bodies = {}, .answer = {}};
    if (method == Verb::put) route.bodies = {{"application/json", directory::entry_bytes_max}};
    route.answer = [this_store = &store_, readers = &readers_, answer](Call call) {
      return ask(*this_store, *readers, answer, std::move(call));
    };
    router_.add(std::move(route));
  }

 private:
  template <class Answer>
  static asio::awaitable<Reply> ask(DirectoryStore& store, Readers& readers, Answer answer, Call call) {
    auto question = [&store, &answer, &call]() -> Reply {
      try {
        return answer(store, call);
      } catch (const Fault& fault) {
        return fault_reply(to_unprocessed(fault));
      }
    };
    co_return co_await readers.ask(question);
  }

  Router& router_;
  DirectoryStore& store_;
  Readers& readers_;
};

void add_people(DirectoryRoutes& routes) {
  constexpr std::string_view one = "/v1/directory/people/{id}";
  routes.add("/v1/directory/people", Verb::get, {"after"}, [](const DirectoryStore& store, const Call& call) {
    const auto people = store.people(std::string(call.target.parameter("after").value_or("")));
    return list_reply("people", people, people.size() == directory::entries_per_page);
  });
  routes.add(one, Verb::get, {}, [](const DirectoryStore& store, const Call& call) {
    const auto id = id_argument<ActorId>(call, 0);
    return id ? entry_reply(as_entry(store.person(*id)), "person", id->value) : id.error();
  });
  routes.add(one, Verb::put, {}, [](DirectoryStore& store, const Call& call) {
    const auto same = [&](const Person& person) { return person.person.value == call.arguments[0]; };
    return put_reply<Person>(store, call.message.body(), same);
  });
  routes.add(one, Verb::delete_, {}, [](DirectoryStore& store, const Call& call) {
    const auto id = id_argument<ActorId>(call, 0);
    return id ? erased_reply(store.erase_person(*id), "person", id->value) : id.error();
  });
}

void add_organizations(DirectoryRoutes& routes) {
  constexpr std::string_view one = "/v1/directory/organizations/{id}";
  routes.add("/v1/directory/organizations", Verb::get, {"after"}, [](const DirectoryStore& store, const Call& call) {
    const auto organizations = store.organizations(std::string(call.target.parameter("after").value_or("")));
    return list_reply("organizations", organizations, organizations.size() == directory::entries_per_page);
  });
  routes.add(one, Verb::get, {}, [](const DirectoryStore& store, const Call& call) {
    const auto id = id_argument<OrganizationId>(call, 0);
    return id ? entry_reply(as_entry(store.organization(*id)), "organization", id->value) : id.error();
  });
  routes.add(one, Verb::put, {}, [](DirectoryStore& store, const Call& call) {
    const auto same = [&](const Organization& entry) { return entry.organization.value == call.arguments[0]; };
    return put_reply<Organization>(store, call.message.body(), same);
  });
  routes.add(one, Verb::delete_, {}, [](DirectoryStore& store, const Call& call) {
    const auto id = id_argument<OrganizationId>(call, 0);
    return id ? erased_reply(store.erase_organization(*id), "organization", id->value) : id.error();
  });
}

// Runs `answer(kind, account, id)` for an address of a label.
template <class Answer>
Reply with_label(const Call& call, Answer&& answer) {
  const auto account = id_argument<AccountId>(call, 0);
  if (!account) return account.error();
  const auto kind = directory::parse_label_kind(call.arguments[1]);
  if (!kind) return bad_request({"target, the kind", "A label is of a team, a workflow or a model."});
  const auto id = id_argument<LabelId>(call, 2);
  return id ? answer(*kind, *account, *id) : id.error();
}

void add_labels(DirectoryRoutes& routes) {
  constexpr std::string_view one = "/v1/directory/labels/{account}/{kind}/{id}";
  routes.add("/v1/directory/labels/{account}", Verb::get, {}, [](const DirectoryStore& store, const Call& call) {
    const auto account = id_argument<AccountId>(call, 0);
    return account ? list_reply("labels", store.labels(*account), false) : account.error();
  });
  routes.add(one, Verb::get, {}, [](const DirectoryStore& store, const Call& call) {
    return with_label(call, [&](directory::LabelKind kind, const AccountId& account, const LabelId& id) {
      return entry_reply(as_entry(store.label(kind, account, id)), "label", id.value);
    });
  });
  routes.add(one, Verb::put, {}, [](DirectoryStore& store, const Call& call) {
    return with_label(call, [&](directory::LabelKind kind, const AccountId& account, const LabelId& id) {
      return put_reply<Label>(store, call.message.body(), [&](const Label& label) {
        return label.kind == kind && label.account == account && label.id == id;
      });
    });
  });
  routes.add(one, Verb::delete_, {}, [](DirectoryStore& store, const Call& call) {
    return with_label(call, [&](directory::LabelKind kind, const AccountId& account, const LabelId& id) {
      return erased_reply(store.erase_label(kind, account, id), "label", id.value);
    });
  });
  routes.add("/v1/directory/names/{account}", Verb::get, {}, [](const DirectoryStore& store, const Call& call) {
    const auto account = id_argument<AccountId>(call, 0);
    if (!account) return account.error();
    return json_reply(Status::ok, directory::names_json(*account, store.names(*account)));
  });
}

}  // namespace

void add_directory_routes(Router& router, DirectoryStore& store, Readers& readers) {
  DirectoryRoutes routes(router, store, readers);
  routes.add("/v1/directory", Verb::get, {},
             [](const DirectoryStore& one, const Call& /*call*/) { return classes_reply(one); });
  add_people(routes);
  add_organizations(routes);
  add_labels(routes);
}

}  // namespace creditfold::service
