// SPDX-License-Identifier: Apache-2.0
// The C ABI of the modules: pointers in, a status out, the answer's bytes in one result buffer. Every exported name stands
// in exports.txt or exports_forecast.txt. Nothing throws past it; a session that failed is as it was before the call.
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <new>

#include "events/log.hpp"
#include "ledger/clauses.hpp"
#include "ledger/data_classes.hpp"
#include "ledger/evolve.hpp"
#include "ledger/json_writer.hpp"
#include "wasm/session.hpp"

namespace {

using namespace creditfold;
using wasm::Session;
using wasm::SessionError;

constexpr std::uint32_t abi_version = 1;

std::string result;
std::map<std::int32_t, std::unique_ptr<Session>> sessions;
std::int32_t last_handle = 0;

std::int32_t fail(std::string_view code, std::string_view message, std::string_view place = {}) {
  JsonWriter out;
  out.open('{').key("error").open('{').field("code", code).field("message", message);
  if (!place.empty()) out.field("place", place);
  out.close('}').close('}');
  result = out.take();
  return 1;
}

// Runs `answer` on the handle's session; what it returns is the result.
template <class Ask>
std::int32_t with_session(std::int32_t handle, Ask&& ask) {
  const auto found = sessions.find(handle);
  if (found == sessions.end()) return fail("bad_request", "no ledger is open under this handle");
  try {
    result = ask(*found->second);
    return 0;
  } catch (const SessionError& error) {
    return fail(error.code(), error.what(), error.place());
  } catch (const Fault& fault) {
    return fail("damaged", fault.what());
  } catch (const Inconsistent& inconsistent) {
    return fail("damaged", inconsistent.what());
  } catch (const Overflow& overflow) {
    return fail("damaged", overflow.what());
  } catch (const std::bad_alloc&) {
    return fail("memory", "the module is out of memory");
  } catch (const std::exception& other) {
    return fail("internal", other.what());
  }
}

std::string_view text_of(const char* bytes, std::uint32_t size) { return {bytes, size}; }

template <class SomeId>
SomeId id_of(const char* bytes, std::uint32_t size) {
  const std::string_view text = text_of(bytes, size);
  if (!SomeId::valid(text)) throw SessionError("bad_request", "not an id", std::string(text.substr(0, 64)));
  return SomeId(text);
}

std::optional<std::int64_t> position(std::int64_t as_of) { return as_of < 0 ? std::nullopt : std::optional(as_of); }

Instant moment_of(std::int64_t micros) {
  const Instant instant{micros};
  if (instant < instant_min || instant_max < instant)
    throw SessionError("bad_request", "a moment outside the years 1 to 9999");
  return instant;
}

std::optional<Instant> optional_moment(std::int64_t micros) {
  if (micros == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return moment_of(micros);
}

}  // namespace

extern "C" {

std::uint32_t cf_abi_version() { return abi_version; }

void* cf_alloc(std::uint32_t size) { return std::malloc(size == 0 ? 1 : size); }
void cf_free(void* memory) { std::free(memory); }

const char* cf_result_ptr() { return result.data(); }
std::uint32_t cf_result_len() { return static_cast<std::uint32_t>(result.size()); }

std::int32_t cf_open(const char* catalog, std::uint32_t size) {
  auto parsed = parse_catalog(size == 0 ? default_catalog_json() : text_of(catalog, size));
  if (!parsed) {
    (void)fail("bad_request", to_text(parsed.error()), parsed.error().path);
    return 0;
  }
  sessions.emplace(++last_handle, std::make_unique<Session>(std::move(parsed).value()));
  return last_handle;
}

void cf_close(std::int32_t handle) { sessions.erase(handle); }

std::int32_t cf_load(std::int32_t handle, const std::uint8_t* bytes, std::uint32_t size) {
  return with_session(handle, [&](Session& session) { return session.load({bytes, size}); });
}

// A piece of .cflog documents, to be read in steps. Its bytes are borrowed until its last step, or until the session is
// closed, which it has to be after a step that failed.
std::int32_t cf_load_piece(std::int32_t handle, const std::uint8_t* bytes, std::uint32_t size, std::uint32_t last) {
  return with_session(handle, [&](Session& session) {
    session.load_piece({bytes, size}, last != 0);
    return std::string();
  });
}

std::int32_t cf_load_step(std::int32_t handle, std::uint32_t events) {
  return with_session(handle, [&](Session& session) { return session.load_step(events); });
}

std::int32_t cf_accounts(std::int32_t handle) {
  return with_session(handle, [](const Session& session) { return session.accounts(); });
}

std::int32_t cf_replay(std::int32_t handle, std::int64_t as_of) {
  return with_session(handle, [&](const Session& session) { return session.replay(position(as_of)); });
}

std::int32_t cf_balance(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t at,
                        std::int64_t as_of) {
  return with_session(handle, [&](const Session& session) {
    return session.balance(id_of<AccountId>(account, size), optional_moment(at), position(as_of));
  });
}

std::int32_t cf_events(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t from,
                       std::uint32_t limit) {
  return with_session(handle, [&](const Session& session) {
    const auto of = size == 0 ? std::nullopt : std::optional(id_of<AccountId>(account, size));
    return session.events(of, from, limit);
  });
}

std::int32_t cf_timeline(std::int32_t handle, const char* account, std::uint32_t size, const char* plan,
                         std::uint32_t plan_size) {
  return with_session(handle, [&](const Session& session) {
    return session.timeline(id_of<AccountId>(account, size), id_of<PlanId>(plan, plan_size));
  });
}

std::int32_t cf_outlook(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t at,
                        std::int64_t as_of) {
  return with_session(handle, [&](const Session& session) {
    return session.outlook(id_of<AccountId>(account, size), moment_of(at), position(as_of));
  });
}

// What is asked about ("lot", "usage", "line", "period", "use", "refusal") and which one: see read_why.
std::int32_t cf_explain(std::int32_t handle, const char* account, std::uint32_t size, const char* about,
                        std::uint32_t about_size, const char* which, std::uint32_t which_size, std::int64_t as_of) {
  return with_session(handle, [&](const Session& session) {
    return session.explain(id_of<AccountId>(account, size), text_of(about, about_size), text_of(which, which_size),
                           position(as_of));
  });
}

std::int32_t cf_invoices(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t at,
                         std::int64_t as_of) {
  return with_session(handle, [&](const Session& session) {
    return session.invoices(id_of<AccountId>(account, size), optional_moment(at), position(as_of));
  });
}

// One command a line, kept in the session's log; one answer a line.
std::int32_t cf_apply(std::int32_t handle, const char* command, std::uint32_t size, std::int64_t now) {
  return with_session(handle, [&](Session& session) { return session.apply(text_of(command, size), moment_of(now)); });
}

// REQUIRES: nothing was loaded into the session.
std::int32_t cf_demo(std::int32_t handle, std::int64_t now) {
  return with_session(handle, [&](Session& session) { return session.demo(moment_of(now)); });
}

std::int32_t cf_clauses(std::int32_t handle) {
  return with_session(handle, [](const Session&) { return clauses_json(); });
}

std::int32_t cf_keys(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t as_of,
                     std::uint32_t what_if) {
  return with_session(handle, [&](const Session& session) {
    if (what_if > static_cast<std::uint32_t>(KeyWhatIf::revoked)) throw SessionError("bad_request", "no such what-if");
    return session.keys(id_of<AccountId>(account, size), position(as_of), static_cast<KeyWhatIf>(what_if));
  });
}

std::int32_t cf_data_classes(std::int32_t handle) {
  return with_session(handle, [](const Session&) { return data_classes_json(); });
}

std::int32_t cf_consents(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t as_of) {
  return with_session(handle, [&](const Session& session) {
    return session.consents(id_of<AccountId>(account, size), position(as_of));
  });
}

// `commands`: JSON, one a line, decided at `now` on what is known at `as_of`; nothing is kept of it.
std::int32_t cf_what_if(std::int32_t handle, const char* account, std::uint32_t size, const char* commands,
                        std::uint32_t commands_size, std::int64_t as_of, std::int64_t now) {
  return with_session(handle, [&](const Session& session) {
    return session.what_if(id_of<AccountId>(account, size), position(as_of), text_of(commands, commands_size),
                           moment_of(now));
  });
}

// `scenario`: JSON (scenario.schema.json). The account may be empty where the scenario names it.
std::int32_t cf_simulate(std::int32_t handle, const char* account, std::uint32_t size, const char* scenario,
                         std::uint32_t scenario_size) {
  return with_session(handle, [&](Session& session) {
    const auto of = size == 0 ? std::nullopt : std::optional(id_of<AccountId>(account, size));
    return session.simulate(of, text_of(scenario, scenario_size));
  });
}

std::int32_t cf_export(std::int32_t handle, std::uint32_t format) {
  return with_session(handle, [&](const Session& session) { return session.export_log(format == 1); });
}

}  // extern "C"
