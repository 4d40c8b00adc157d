// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/service.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <csignal>
#include <iostream>
#include <mutex>
#include <thread>

#include "events/store/files.hpp"
#include "events/store/partitions.hpp"
#include "ledger/edge/checkpoint_key.hpp"
#include "ledger/edge/tokens.hpp"
#include "ledger/keyring/open_key_service.hpp"
#include "ledger/service/authorizer.hpp"
#include "ledger/demo.hpp"
#include "ledger/service/exports.hpp"
#include "ledger/service/http_server.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/log_line.hpp"

namespace creditfold::service {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct ListenAddress {
  std::string name;  // as written: "localhost", "127.0.0.1", "::1"
  tcp::endpoint endpoint;
};

ListenAddress parse_listen(asio::io_context& context, const std::string& listen) {
  const BadOptions bad("--listen " + listen + ": it is HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) throw bad;
  std::string name = listen.substr(0, colon);
  if (name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [rest, failed] = std::from_chars(listen.data() + colon + 1, end, port);
  if (failed != std::errc{} || rest != end || name.empty()) throw bad;
  boost::system::error_code error;
  const asio::ip::address literal = asio::ip::make_address(name, error);
  if (!error) return {name, {literal, port}};
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(name, std::to_string(port), error);
  if (error) throw BadOptions("--listen " + listen + ": there is no address for " + name);
  return {name, found.begin()->endpoint()};
}

std::string reader_of(const ServiceOptions& options) {
  if (options.reader_origin.empty()) return {};
  if (auto origin = origin_of(options.reader_origin)) return std::move(*origin);
  throw BadOptions("--reader " + options.reader_origin +
                   ": it is SCHEME://HOST or SCHEME://HOST:PORT with http or https, such as https://page.example");
}

std::string url_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return "http://" + (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

Catalog catalog_of(const ServiceOptions& options) {
  if (!options.catalog_json) return default_catalog();
  auto catalog = parse_catalog(*options.catalog_json);
  if (!catalog) throw BadOptions("the catalog is none: " + to_text(catalog.error()));
  return std::move(*catalog);
}

std::string catalog_text(const ServiceOptions& options) {
  std::string text = options.catalog_json ? *options.catalog_json : std::string(default_catalog_json());
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

// Beside the data, where there is a place for them.
std::filesystem::path spool_of(const ServiceOptions& options) {
  std::error_code error;
  if (std::filesystem::is_directory(options.data, error)) return options.data;
  return std::filesystem::temp_directory_path();
}

// Without tokens, whoever reaches the service may do everything: said when more than this machine can.
void warn_of_open_door(const ServiceOptions& options, const std::string& url) {
  const bool open = !edge::TokenCheck(options.tokens, "").required();
  const bool near = url.starts_with("http://127.") || url.starts_with("http://[::1]");
  if (!open || near) return;
  std::cerr << "creditfold: there are no tokens, so whoever reaches " + url +
                   " may read and write the ledger; creditfold tokens create makes one\n";
}

StaticFiles page_of(const ServiceOptions& options) {
  if (options.web) {
    std::error_code error;
    if (std::filesystem::is_directory(*options.web, error)) return StaticFiles(*options.web);
    throw BadOptions("--web " + options.web->string() + ": there is no such directory");
  }
  const auto found = find_page();
  return found ? StaticFiles(*found) : StaticFiles();
}

bool is_empty(const Partitions& partitions) {
  for (const RegionId& region : partitions.regions()) {
    if (partitions.find(region)->head() > 0) return false;
  }
  return true;
}

std::unique_ptr<keyring::KeyService> key_service_of(const ServiceOptions& options, const ListenAddress& address) {
  try {
    return keyring::open_key_service({.service = options.key_service,
                                      .endpoint = options.kms_endpoint,
                                      .data = options.data,
                                      .loopback_only = address.endpoint.address().is_loopback()});
  } catch (const keyring::BadKeyService& bad) {
    throw BadOptions(bad.what());
  }
}

edge::CheckpointKey checkpoint_key_of(const ServiceOptions& options) {
  if (!options.checkpoint_key) return {};
  try {
    return edge::CheckpointKey::open(*options.checkpoint_key, options.origin);
  } catch (const edge::BadOrigin& bad) {
    throw BadOptions(std::string("--origin: ") + bad.what());
  }
}

}  // namespace

// In the order of their making; they end the other way round.
struct Service::Parts {
  Parts(const ServiceOptions& options, Partitions& partitions)
      : catalog(catalog_of(options)),
        page(page_of(options)),
        address(parse_listen(context, options.listen)),
        keyring(key_service_of(options, checked(address, options.allow_remote))),
        sealer(keyring.sealer({})),
        server(context, address.endpoint),
        checkpoint_key(checkpoint_key_of(options)),
        regions(partitions, catalog, options.clock, {.sealer = sealer.get(), .outside = &keyring},
                {.key = checkpoint_key, .interval = options.checkpoint_interval},
                context.get_executor(), options.close_delay_micros),
        texts(regions, keyring),
        exports(regions, catalog, texts, catalog_text(options), spool_of(options)),
        tokens(options.tokens, options.process_token_hash),
        authorizer(tokens, options.clock),
        router(Guard(address.name, address.endpoint.address(), reader_of(options)), authorizer),
        work(asio::make_work_guard(context)) {}

  static const ListenAddress& checked(const ListenAddress& address, bool allow_remote) {
    if (address.endpoint.address().is_loopback() || allow_remote) return address;
    throw BadOptions("--listen " + address.name +
                     " is beyond this machine; say --allow-remote if that is meant, and make " +
                     "tokens first (creditfold tokens create): without any, whoever reaches it may do everything");
  }

  Catalog catalog;
  StaticFiles page;
  asio::io_context context{static_cast<int>(io_threads)};
  ListenAddress address;
  keyring::Keyring keyring;
  std::unique_ptr<TextSealer> sealer;
  HttpServer server;
  edge::CheckpointKey checkpoint_key;
  Regions regions;
  Texts texts;
  Readers readers;
  Exports exports;
  edge::TokenCheck tokens;
  Authorizer authorizer;
  Router router;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::vector<std::thread> threads;
  std::once_flag stopped;
};

Service::Service(const ServiceOptions& options, Partitions& partitions, directory::DirectoryStore& directory) {
  set_debug_lines(options.debug);
  if (options.demo && is_empty(partitions)) {
    fill_demo(partitions.open(RegionId(home_region)), catalog_of(options), options.clock());
  }
  parts_ = std::make_unique<Parts>(options, partitions);
  Parts& parts = *parts_;
  add_command_routes(parts.router, parts.regions);
  add_account_routes(parts.router, parts.regions, parts.readers, options.clock);
  add_explain_routes(parts.router, parts.regions, parts.readers, options.clock);
  add_ai_routes(parts.router, parts.regions, parts.readers, options.clock);
  add_export_routes(parts.router, parts.exports);
  add_gov_routes(parts.router, parts.regions);
  add_log_routes(parts.router, parts.regions, parts.readers);
  add_proof_routes(parts.router, parts.regions, parts.readers, parts.checkpoint_key);
  add_event_routes(parts.router, parts.regions, parts.readers, parts.texts);
  add_key_routes(parts.router, parts.regions, parts.keyring);
  add_directory_routes(parts.router, directory, parts.readers);
  add_about_routes(parts.router, parts.regions, catalog_text(options), options.build, parts.page);

  parts.regions.start();
  parts.server.start(parts.router);
  for (std::size_t i = 0; i < io_threads; ++i) parts.threads.emplace_back([&parts] { parts.context.run(); });
}

Service::~Service() { stop(); }

std::string Service::url() const { return url_of(parts_->server.endpoint()); }

void Service::look_at_clock() { parts_->regions.look_at_clock(); }

void Service::hurry() { parts_->server.hurry(); }

void Service::stop() {
  Parts& parts = *parts_;
  std::call_once(parts.stopped, [&parts] {
    parts.server.stop_accepting();
    parts.regions.stop_streams();
    parts.exports.stop();
    parts.server.wait_until_answered(stop_max);
    parts.keyring.cancel();  // whoever still waits for a key service hears so now, and cut_all ends
    parts.server.cut_all();
    parts.regions.stop();
    parts.work.reset();
    parts.context.stop();
    for (std::thread& thread : parts.threads) thread.join();
  });
}

namespace {

int complain(const std::string& what, int status) {
  std::cerr << "creditfold: " + what + "\n";
  return status;
}

// CONTRACT: 2 wrong usage, 3 the data is damaged, 4 the machine failed.
int exit_status_of(Fault::Kind kind) {
  return kind == Fault::Kind::damaged || kind == Fault::Kind::unsupported_format ? 3 : 4;
}

int serve(const ServiceOptions& options) {
  asio::io_context waiting;
  asio::signal_set signals(waiting, SIGTERM, SIGINT);  // before any thread, so that none is missed
  SqlitePartitions partitions(options.data, false, [](const RegionId& region, const std::string& what) {
    log_line(Severity::warning,
             "the index beside the ledger could not be written; keys stay in memory, and the next start takes longer",
             {{"region", region.value}, {"what", what}});
  });
  directory::DirectoryStore directory(options.data);
  const edge::ProcessToken process_token(options.data);
  ServiceOptions asked = options;
  asked.tokens = options.data;
  asked.checkpoint_key = options.data;
  asked.process_token_hash = process_token.hash();
  Service service(asked, partitions, directory);
  warn_of_open_door(asked, service.url());
  partitions.set_lock_text(service.url());
  std::cerr << "creditfold: open " + service.url() + " (data in " + options.data.string() + ", Ctrl-C stops)\n";

  signals.async_wait([](const boost::system::error_code& /*error*/, int /*signal*/) {});
  waiting.run();
  waiting.restart();
  signals.async_wait([&service](const boost::system::error_code& error, int /*signal*/) {
    if (!error) service.hurry();
  });
  std::thread second([&waiting] { waiting.run(); });
  service.stop();
  asio::post(waiting, [&signals] { signals.cancel(); });
  second.join();
  return 0;
}

}  // namespace

int run_service(const ServiceOptions& options) {
  try {
    return serve(options);
  } catch (const BadOptions& bad) {
    return complain(bad.what(), 2);
  } catch (const Fault& fault) {
    return complain(fault.what(), exit_status_of(fault.kind()));
  } catch (const std::filesystem::filesystem_error& error) {
    return complain(to_text(error), 4);
  } catch (const boost::system::system_error& error) {
    return complain("cannot listen on " + options.listen + ": " + error.code().message(), 4);
  } catch (const std::exception& error) {
    return complain(error.what(), 4);
  }
}

}  // namespace creditfold::service
