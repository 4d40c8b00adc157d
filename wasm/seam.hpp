// SPDX-License-Identifier: Apache-2.0
// What the C ABIs of both modules share: one result buffer, what goes wrong as an answer, arguments read strictly.
// Nothing throws past it; a session that failed is as it was before the call, or says otherwise.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/vocabulary.hpp"
#include "ledger/catalog.hpp"

namespace creditfold::wasm {

// A question that has no answer; becomes `{"error":{…}}`.
class SessionError : public std::runtime_error {
 public:
  SessionError(std::string_view code, const std::string& message, std::string place = {})
      : std::runtime_error(message), code_(code), place_(std::move(place)) {}
  [[nodiscard]] std::string_view code() const { return code_; }
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  std::string_view code_;
  std::string place_;
};

// The log holds no event of the account.
[[noreturn]] void unknown(const AccountId& account);

// Runs `ask`, whose text is then the result. The status: 0, or 1 with an error in its place.
std::int32_t answered(std::string (*ask)(void*), void* with);
// The catalog of a new session; without bytes the shipped one. Nothing, and an error as the result, when it is none.
[[nodiscard]] std::optional<Catalog> catalog_given(const char* bytes, std::uint32_t size);

[[nodiscard]] inline std::string_view text_of(const char* bytes, std::uint32_t size) { return {bytes, size}; }
template <class SomeId>
[[nodiscard]] SomeId id_of(const char* bytes, std::uint32_t size) {
  const std::string_view text = text_of(bytes, size);
  if (!SomeId::valid(text)) throw SessionError("bad_request", "not an id", std::string(text.substr(0, 64)));
  return SomeId(text);
}
// No bytes: none.
[[nodiscard]] std::optional<AccountId> optional_account(const char* bytes, std::uint32_t size);
[[nodiscard]] Instant moment_of(std::int64_t micros);
// The least number: none.
[[nodiscard]] std::optional<Instant> optional_moment(std::int64_t micros);

// A module's sessions. A handle counts them from 1 and is not given again.
template <class Session>
class Sessions {
 public:
  // The handle; 0 when there is no such catalog.
  std::int32_t open(const char* catalog, std::uint32_t size) {
    auto parsed = catalog_given(catalog, size);
    if (!parsed) return 0;
    sessions_.push_back(std::make_unique<Session>(*std::move(parsed)));
    return static_cast<std::int32_t>(sessions_.size());
  }
  void close(std::int32_t handle) {
    if (is_open(handle)) sessions_[static_cast<std::size_t>(handle) - 1].reset();
  }

  // What `ask` says of the handle's session is the result.
  template <class Ask>
  std::int32_t with(std::int32_t handle, Ask&& ask) {
    auto whole = [&] { return ask(at(handle)); };
    return answered([](void* given) -> std::string { return (*static_cast<decltype(whole)*>(given))(); }, &whole);
  }

 private:
  [[nodiscard]] bool is_open(std::int32_t handle) const {
    return handle > 0 && static_cast<std::size_t>(handle) <= sessions_.size() &&
           sessions_[static_cast<std::size_t>(handle) - 1] != nullptr;
  }
  [[nodiscard, gnu::noinline]] Session& at(std::int32_t handle) {
    if (!is_open(handle)) throw SessionError("bad_request", "no ledger is open under this handle");
    return *sessions_[static_cast<std::size_t>(handle) - 1];
  }

  std::vector<std::unique_ptr<Session>> sessions_;  // null: closed
};

}  // namespace creditfold::wasm
