// SPDX-License-Identifier: Apache-2.0
// The beginning and the end of a service: what it refuses to be, that it finishes what it took, and the process itself.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <fstream>
#include <memory>
#include <thread>

#include "events/store/partitions.hpp"
#include "ledger/service/event_hub.hpp"
#include "ledger/service/service.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

// The program itself, its standard error going nowhere.
pid_t start_serving(const std::filesystem::path& data, const std::string& listen) {
  std::vector<std::string> words{"creditfold", "serve", "--data", data.string(), "--listen", listen};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  const int failed = ::posix_spawn(&child, CREDITFOLD_PROGRAM, &actions, nullptr, arguments.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&actions);
  REQUIRE(failed == 0);
  REQUIRE(child > 0);
  return child;
}

int status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string wait_for_url(const std::filesystem::path& data) {
  std::string url;
  static_cast<void>(soon([&] {
    const auto holder = lock_holder(data);
    if (holder) url = holder->text;
    return !url.empty();
  }));
  return url;
}

}  // namespace

TEST_CASE("a stop answers everything that was taken, and everything answered is in the log") {
  Running running;
  running.open_account("acme");
  running.log().before_append([] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
  std::atomic<int> answered{0};
  std::atomic<bool> wrong{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      Client client = running.client();
      for (int i = 0;; ++i) {
        const Response response = client.post(usage("acme", "u" + std::to_string(t) + "-" + std::to_string(i)));
        if (response.status == 0) return;  // the connection has ended between two requests
        if (response.status != 200 || !response.whole) wrong = true;
        ++answered;
      }
    });
  }
  CHECK(soon([&] { return answered.load() > 30; }));
  running.service().stop();
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(wrong);
  CHECK(running.log().head() == 3 + answered);
}

TEST_CASE("a stop waits for a request of many lines") {
  Running running;
  running.open_account("acme");
  running.log().before_append([] { std::this_thread::sleep_for(std::chrono::milliseconds(100)); });
  std::string body;
  for (int i = 0; i < 5'000; ++i) body += usage("acme", "u" + std::to_string(i)) + "\n";
  Response response;
  std::jthread sender([&] { response = running.client().post(body, "application/x-ndjson"); });
  CHECK(soon([&] { return running.log().head() > 3; }));
  running.service().stop();
  sender.join();
  CHECK(response.whole);
  CHECK(lines_of(response.body).size() == 5'000);
  CHECK(running.log().head() == 5'003);
}

TEST_CASE("a stop ends streams properly and idle connections at once") {
  Running running;
  Client stream = running.client();
  stream.write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  static_cast<void>(stream.read_until("retry: 2000\n\n"));
  Client idle = running.client();
  CHECK(idle.get("/healthz").status == 200);
  const auto before = std::chrono::steady_clock::now();
  running.service().stop();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(2));
  CHECK_NOTHROW(stream.read_until("0\r\n\r\n"));
  CHECK(stream.ended());
  CHECK(idle.ended());
}

TEST_CASE("what was posted to wake a stream may be dropped after the stream's hub is gone") {
  boost::asio::io_context context;  // goes last, and drops what nobody ran
  auto hub = std::make_unique<service::EventHub>(0);
  auto seat = hub->join(context.get_executor());
  hub->stop();
  const std::weak_ptr<service::EventHub::Seat> posted = seat;
  seat.reset();
  CHECK_FALSE(posted.expired());
  hub.reset();
  context.poll();
  CHECK(posted.expired());
}

TEST_CASE("the service does not listen beyond this machine unless it is told to") {
  TroubledPartitions log;
  const TemporaryDirectory people;
  directory::DirectoryStore names(people.data());
  service::ServiceOptions options;
  for (const char* listen : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0"}) {
    options.listen = listen;
    CHECK_THROWS_AS(service::Service(options, log, names), service::BadOptions);
  }
  for (const char* listen : {"8080", ":8080", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:http", "[]:80"}) {
    options.listen = listen;
    CHECK_THROWS_AS(service::Service(options, log, names), service::BadOptions);
  }
  options.listen = "0.0.0.0:0";
  options.allow_remote = true;
  const service::Service allowed(options, log, names);
  CHECK(Client(allowed.url()).get("/healthz", {{"Host", "192.0.2.7:8080"}}).status == 200);
  CHECK(Client(allowed.url()).get("/healthz", {{"Host", "evil.example"}}).status == 403);
}

TEST_CASE("a process that serves says where, keeps others out, ends with 0 on SIGTERM, and keeps what it answered") {
  TemporaryDirectory directory;
  const pid_t child = start_serving(directory.data(), "127.0.0.1:0");
  const std::string url = wait_for_url(directory.data());
  REQUIRE(url.starts_with("http://127.0.0.1:"));
  const std::string opened = command("OpenAccount", "acme", "o", R"("environment":"commercial","region":"us")", "");
  CHECK(Client(url).post(opened).status == 200);
  CHECK(status_of(start_serving(directory.data(), "127.0.0.1:0")) == 4);  // the directory is taken

  CHECK(::kill(child, SIGTERM) == 0);
  CHECK(status_of(child) == 0);
  const SqlitePartitions partitions(directory.data(), true);
  CHECK(partitions.find(RegionId("us"))->head() == 1);
}

TEST_CASE("a process that cannot serve ends with the status of the contract") {
  TemporaryDirectory directory;
  CHECK(status_of(start_serving(directory.data(), "0.0.0.0:0")) == 2);
  Running taken;
  CHECK(status_of(start_serving(directory.data(), taken.service().url().substr(7))) == 4);
  std::filesystem::remove_all(directory.data());
  std::filesystem::create_directories(directory.data());
  std::filesystem::create_directories(directory.data() / "us");
  std::ofstream(directory.data() / "us" / "ledger.db") << std::string(8192, 'x');
  CHECK(status_of(start_serving(directory.data(), "127.0.0.1:0")) == 3);
}
