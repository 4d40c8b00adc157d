// SPDX-License-Identifier: Apache-2.0
// Streams of commands from a seed, the same texts on every platform: mostly what customers send, now and then what they
// should not. Properties and the comparison of the native and the WebAssembly fold are made of them. No rule lives
// here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "events/vocabulary.hpp"
#include "tests/events/samples.hpp"

namespace creditfold::test {

struct StreamShape {
  int accounts = 3;
  int commands = 300;
};

// The clock every stream is processed by: later than nearly all its moments.
inline constexpr Instant stream_clock{1'893'456'000'000'000};  // 2030-01-01

class CommandStream {
 public:
  explicit CommandStream(std::uint64_t seed, const StreamShape& shape = {});

  // The next command as JSON text, for the tables' catalog.
  [[nodiscard]] std::string next();

 private:
  struct Account {
    std::string id;
    std::int64_t moment = 0;  // where its time has got to, in seconds
    int beginnings = 0;       // of the commands that set it up, how many have been sent
    std::vector<std::string> authorizations;
  };
  class Fields;

  Fields begin(const Account& account, std::string_view command);
  [[nodiscard]] std::string set_up(Account& account);
  [[nodiscard]] std::string usage(Account& account);
  [[nodiscard]] std::string authorize(Account& account);
  [[nodiscard]] std::string release(Account& account);
  [[nodiscard]] std::string lots(const Account& account);
  [[nodiscard]] std::string terms(const Account& account);
  [[nodiscard]] std::string seats(const Account& account);
  [[nodiscard]] std::string settings(const Account& account);
  [[nodiscard]] std::string odd(const Account& account);

  void move_time(Account& account);
  // The first moment of the month `months` after that of `seconds`.
  [[nodiscard]] static Instant month_after(std::int64_t seconds, std::int64_t months);
  [[nodiscard]] std::int64_t beginning(const Account& account, std::int64_t days_before, std::int64_t days_after);
  [[nodiscard]] const std::string& recent(const Account& account);
  [[nodiscard]] std::string at_of(const Account& account);
  [[nodiscard]] std::string volume();
  [[nodiscard]] std::string credits(std::int64_t whole);
  void volumes(Fields& fields);
  [[nodiscard]] std::string_view pick(std::initializer_list<std::string_view> from);

  Random random_;
  std::vector<Account> accounts_;
  std::vector<std::string> sent_;
  int number_ = 0;
};

// A whole stream at once.
[[nodiscard]] std::vector<std::string> command_stream(std::uint64_t seed, const StreamShape& shape = {});

}  // namespace creditfold::test
