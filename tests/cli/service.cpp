// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/service.hpp"

#include <csignal>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "events/store/directory_lock.hpp"

namespace creditfold::test {
namespace {

constexpr int start_attempts_max = 600;
constexpr std::chrono::milliseconds attempt_interval{50};

Words words_of(const std::string& data, const Words& more) {
  Words words{"serve", "--data", data, "--listen", "127.0.0.1:0"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

// The lock names who holds the directory, and with its address only once it can be reached.
Service::Service(const std::string& data, const Words& more) : program_(words_of(data, more)) {
  for (int attempt = 0; attempt < start_attempts_max; ++attempt) {
    const auto holder = lock_holder(data);
    if (holder && holder->pid == program_.pid() && holder->text.starts_with("http://")) return;
    std::this_thread::sleep_for(attempt_interval);
  }
  throw std::runtime_error("the service does not start");
}

int Service::stop() {
  program_.terminate();
  return program_.wait();
}

void Service::kill() { ::kill(program_.pid(), SIGKILL); }

}  // namespace creditfold::test
