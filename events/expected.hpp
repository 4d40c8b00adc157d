// SPDX-License-Identifier: Apache-2.0
// A value or the reason there is none: the part of C++23's std::expected that this project uses.
// It must not grow towards a general result library; when the toolchain has std::expected, this file goes.
#pragma once

#include <utility>
#include <variant>

namespace creditfold {

template <class E>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

template <class T, class E>
class [[nodiscard]] Expected {
 public:
  Expected(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Expected(Unexpected<E> unexpected) : held_(std::in_place_index<1>, std::move(unexpected.error)) {}

  [[nodiscard]] bool has_value() const { return held_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // REQUIRES: has_value(). A caller that did not look is a broken program and aborts (std::get would throw).
  [[nodiscard]] T& value() & { return *checked(std::get_if<0>(&held_)); }
  [[nodiscard]] const T& value() const& { return *checked(std::get_if<0>(&held_)); }
  [[nodiscard]] T&& value() && { return std::move(*checked(std::get_if<0>(&held_))); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  // REQUIRES: !has_value().
  [[nodiscard]] const E& error() const { return *checked(std::get_if<1>(&held_)); }

 private:
  template <class P>
  static P* checked(P* pointer) {
    if (pointer == nullptr) __builtin_trap();
    return pointer;
  }
  std::variant<T, E> held_;
};

// Nothing to return but the fact that it went well.
struct Done {};

}  // namespace creditfold
