// SPDX-License-Identifier: Apache-2.0
// The C ABI of creditfold.wasm: pointers in, a status out, the answer's bytes in the result buffer. Every exported name
// stands in exports.txt; those that both modules have are in seam.cpp.
#include "ledger/clauses.hpp"
#include "ledger/data_classes.hpp"
#include "wasm/seam.hpp"
#include "wasm/session.hpp"

namespace {

using namespace creditfold;
using wasm::id_of;
using wasm::moment_of;
using wasm::optional_account;
using wasm::optional_moment;
using wasm::Session;
using wasm::SessionError;
using wasm::text_of;

wasm::Sessions<Session> sessions;

std::optional<std::int64_t> position(std::int64_t as_of) { return as_of < 0 ? std::nullopt : std::optional(as_of); }

}  // namespace

extern "C" {

std::int32_t cf_open(const char* catalog, std::uint32_t size) { return sessions.open(catalog, size); }
void cf_close(std::int32_t handle) { sessions.close(handle); }

std::int32_t cf_load(std::int32_t handle, const std::uint8_t* bytes, std::uint32_t size) {
  return sessions.with(handle, [&](Session& session) { return session.load({bytes, size}); });
}

// A piece of .cflog documents, to be read in steps. Its bytes are borrowed until its last step, or until the session is
// closed, which it has to be after a step that failed.
std::int32_t cf_load_piece(std::int32_t handle, const std::uint8_t* bytes, std::uint32_t size, std::uint32_t last) {
  return sessions.with(handle, [&](Session& session) {
    session.load_piece({bytes, size}, last != 0);
    return std::string();
  });
}

std::int32_t cf_load_step(std::int32_t handle, std::uint32_t events) {
  return sessions.with(handle, [&](Session& session) { return session.load_step(events); });
}

std::int32_t cf_accounts(std::int32_t handle) {
  return sessions.with(handle, [](const Session& session) { return session.accounts(); });
}

std::int32_t cf_replay(std::int32_t handle, std::int64_t as_of) {
  return sessions.with(handle, [&](const Session& session) { return session.replay(position(as_of)); });
}

std::int32_t cf_balance(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t at,
                        std::int64_t as_of) {
  return sessions.with(handle, [&](const Session& session) {
    return session.balance(id_of<AccountId>(account, size), optional_moment(at), position(as_of));
  });
}

std::int32_t cf_events(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t from,
                       std::uint32_t limit) {
  return sessions.with(handle, [&](const Session& session) {
    const auto of = size == 0 ? std::nullopt : std::optional(id_of<AccountId>(account, size));
    return session.events(of, from, limit);
  });
}

// The next part of a plan's time line, of so many events behind a position: 0, or where the part before ended. The
// result begins with that position and the account's newest, 8 bytes each, little-endian.
std::int32_t cf_timeline(std::int32_t handle, const char* account, std::uint32_t size, const char* plan,
                         std::uint32_t plan_size, std::int64_t after, std::uint32_t events) {
  return sessions.with(handle, [&](Session& session) {
    return session.timeline(id_of<AccountId>(account, size), id_of<PlanId>(plan, plan_size), after, events);
  });
}

std::int32_t cf_outlook(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t at,
                        std::int64_t as_of) {
  return sessions.with(handle, [&](const Session& session) {
    return session.outlook(id_of<AccountId>(account, size), moment_of(at), position(as_of));
  });
}

// What is asked about ("lot", "usage", "line", "period", "use", "refusal") and which one: see read_why.
std::int32_t cf_explain(std::int32_t handle, const char* account, std::uint32_t size, const char* about,
                        std::uint32_t about_size, const char* which, std::uint32_t which_size, std::int64_t as_of) {
  return sessions.with(handle, [&](const Session& session) {
    return session.explain(id_of<AccountId>(account, size), text_of(about, about_size), text_of(which, which_size),
                           position(as_of));
  });
}

std::int32_t cf_invoices(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t at,
                         std::int64_t as_of) {
  return sessions.with(handle, [&](const Session& session) {
    return session.invoices(id_of<AccountId>(account, size), optional_moment(at), position(as_of));
  });
}

// One command a line, kept in the session's log; one answer a line.
std::int32_t cf_apply(std::int32_t handle, const char* command, std::uint32_t size, std::int64_t now) {
  return sessions.with(handle, [&](Session& session) { return session.apply(text_of(command, size), moment_of(now)); });
}

// REQUIRES: nothing was loaded into the session.
std::int32_t cf_demo(std::int32_t handle, std::int64_t now) {
  return sessions.with(handle, [&](Session& session) { return session.demo(moment_of(now)); });
}

std::int32_t cf_clauses(std::int32_t handle) {
  return sessions.with(handle, [](const Session&) { return clauses_json(); });
}

std::int32_t cf_keys(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t as_of,
                     std::uint32_t what_if) {
  return sessions.with(handle, [&](const Session& session) {
    if (what_if > static_cast<std::uint32_t>(KeyWhatIf::revoked)) throw SessionError("bad_request", "no such what-if");
    return session.keys(id_of<AccountId>(account, size), position(as_of), static_cast<KeyWhatIf>(what_if));
  });
}

std::int32_t cf_data_classes(std::int32_t handle) {
  return sessions.with(handle, [](const Session&) { return data_classes_json(); });
}

std::int32_t cf_consents(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t as_of) {
  return sessions.with(handle, [&](const Session& session) {
    return session.consents(id_of<AccountId>(account, size), position(as_of));
  });
}

// `commands`: JSON, one a line, decided at `now` on what is known at `as_of`; nothing is kept of it.
std::int32_t cf_what_if(std::int32_t handle, const char* account, std::uint32_t size, const char* commands,
                        std::uint32_t commands_size, std::int64_t as_of, std::int64_t now) {
  return sessions.with(handle, [&](const Session& session) {
    return session.what_if(id_of<AccountId>(account, size), position(as_of), text_of(commands, commands_size),
                           moment_of(now));
  });
}

// A part of the log as a .cflog document: the events of an account (none: of all) behind a position, up to another (-1:
// to the end), and about so many bytes. The result begins with the position it is of up to, 8 bytes little-endian.
std::int32_t cf_export(std::int32_t handle, const char* account, std::uint32_t size, std::int64_t after,
                       std::int64_t to, std::uint32_t bytes) {
  return sessions.with(handle, [&](const Session& session) {
    return session.export_log({after, to, optional_account(account, size)}, bytes);
  });
}

}  // extern "C"
