// SPDX-License-Identifier: Apache-2.0
// The running service: the regions at work and the HTTP server put together, and taken apart again
// in the order that finishes what was taken.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "events/store/partitions.hpp"
#include "ledger/catalog.hpp"
#include "ledger/directory/directory_store.hpp"
#include "ledger/service/clock.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/routes.hpp"
#include "ledger/service/scheduler.hpp"

namespace creditfold::service {

struct ServiceOptions {
  std::filesystem::path data = "data";
  std::string listen = "127.0.0.1:8080";     // HOST:PORT; port 0: a free one
  bool allow_remote = false;                 // beyond this machine
  std::string reader_origin;                 // of a page elsewhere that may read; empty: none
  std::optional<std::filesystem::path> tokens;  // the directory whose tokens are asked for; nothing: nobody is asked
  std::string process_token_hash;               // of the token left for the command line; empty: none
  std::optional<std::filesystem::path> checkpoint_key;  // the directory with it; nothing: one of this process alone
  std::chrono::milliseconds checkpoint_interval = checkpoint_interval_default;
  std::optional<std::string> origin;         // that checkpoints are signed as; nothing: the key's, or the default
  std::optional<std::string> catalog_json;   // nothing: the shipped one. A valid catalog: the command line has looked
  std::optional<std::filesystem::path> web;  // the page; nothing: found beside the program
  std::optional<std::string> key_service;    // as --key-service says it; nothing: local on loopback, none beyond it
  std::optional<std::string> kms_endpoint;   // of aws-kms, in place of the region's own
  std::int64_t close_delay_micros = close_delay_micros_default;
  bool demo = false;   // fills an empty ledger with an account `demo`
  bool debug = false;  // a log line for each request
  Build build;
  Clock clock = machine_clock;
};

// The service was asked for something it cannot be: an address that is none, or one beyond this machine.
class BadOptions : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Service {
 public:
  // Folds the logs, listens, and answers from then on. Throws BadOptions, Fault (the log cannot be folded, the page
  // cannot be read) or boost::system::system_error (the address is taken). The partitions and the directory
  // must outlive the service.
  Service(const ServiceOptions& options, Partitions& partitions, directory::DirectoryStore& directory);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:8080", with the port it has
  // The clock may have been moved: the calendar looks at it now.
  void look_at_clock();
  // Takes no more, answers what was taken, and ends. Clients that do not take their answers are waited for until
  // stop_max has passed or somebody says `hurry`.
  void stop();
  void hurry();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// `creditfold serve`: opens the store in the data directory, leaves the URL in its lock for the command line, serves
// until SIGTERM or SIGINT, and returns the exit status of CONTRACT.md.
[[nodiscard]] int run_service(const ServiceOptions& options);

}  // namespace creditfold::service
