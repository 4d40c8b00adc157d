// SPDX-License-Identifier: Apache-2.0
// The exports that both modules have: memory lent for a call, the result's bytes.
#include "wasm/seam.hpp"

#include <cstdlib>
#include <limits>
#include <new>

#include "events/log.hpp"
#include "ledger/evolve.hpp"
#include "ledger/json_writer.hpp"

namespace creditfold::wasm {
namespace {

constexpr std::uint32_t abi_version = 3;

std::string result;

std::int32_t fail(std::string_view code, std::string_view message, std::string_view place = {}) {
  JsonWriter out;
  out.open('{').key("error").open('{').field("code", code).field("message", message);
  if (!place.empty()) out.field("place", place);
  out.close('}').close('}');
  result = out.take();
  return 1;
}

}  // namespace

void unknown(const AccountId& account) {
  throw SessionError("unknown_account", "The log holds no event of this account.", account.value);
}

std::int32_t answered(std::string (*ask)(void*), void* with) {
  try {
    result = ask(with);
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

std::optional<Catalog> catalog_given(const char* bytes, std::uint32_t size) {
  auto parsed = parse_catalog(size == 0 ? default_catalog_json() : text_of(bytes, size));
  if (parsed) return std::move(parsed).value();
  (void)fail("bad_request", to_text(parsed.error()), parsed.error().path);
  return std::nullopt;
}

std::optional<AccountId> optional_account(const char* bytes, std::uint32_t size) {
  return size == 0 ? std::nullopt : std::optional(id_of<AccountId>(bytes, size));
}

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

}  // namespace creditfold::wasm

extern "C" {

std::uint32_t cf_abi_version() { return creditfold::wasm::abi_version; }

void* cf_alloc(std::uint32_t size) { return std::malloc(size == 0 ? 1 : size); }
void cf_free(void* memory) { std::free(memory); }

const char* cf_result_ptr() { return creditfold::wasm::result.data(); }
std::uint32_t cf_result_len() { return static_cast<std::uint32_t>(creditfold::wasm::result.size()); }

}  // extern "C"
