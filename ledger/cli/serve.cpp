// SPDX-License-Identifier: Apache-2.0
// creditfold serve: hands over to the service.
#include "ledger/catalog.hpp"
#include "ledger/cli/answerer.hpp"
#include "ledger/cli/build.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/service/service.hpp"

namespace creditfold::cli {

ExitStatus run(const ServeOptions& options) {
  constexpr std::int64_t micros_per_second = 1'000'000;
  service::ServiceOptions asked;
  asked.data = options.data;
  asked.listen = options.listen;
  asked.allow_remote = options.allow_remote;
  if (options.reader_origin) asked.reader_origin = *options.reader_origin;
  if (options.catalog) asked.catalog_json = load_catalog_with_text(options.catalog).json;
  if (options.web) asked.web = *options.web;
  if (options.close_after_seconds) {
    asked.close_delay_micros = checked_multiply(*options.close_after_seconds, micros_per_second);
  }
  asked.key_service = options.key_service;
  asked.kms_endpoint = options.kms_endpoint;
  asked.origin = options.origin;
  asked.demo = options.demo;
  asked.debug = options.debug;
  asked.build = {.version = std::string(build_version), .commit = std::string(build_commit)};
  return static_cast<ExitStatus>(service::run_service(asked));
}

}  // namespace creditfold::cli
