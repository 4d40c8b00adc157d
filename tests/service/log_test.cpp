// SPDX-License-Identifier: Apache-2.0
// The log as a download that can be resumed, and as a stream of events.
#include <catch2/catch.hpp>

#include <map>

#include "events/cflog.hpp"
#include "ledger/json.hpp"
#include "ledger/service/limits.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

struct Document {
  std::vector<Event> events;
  std::vector<std::string> keys;  // of batch marks, in order
  CflogEnd end;
};

// Documents that continue each other, read as one.
Document read_documents(const std::string& bytes) {
  Document document;
  CflogReader reader({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  for (;;) {
    Event event;
    auto item = reader.next(event);
    REQUIRE(item.has_value());
    if (!*item) break;
    if (std::holds_alternative<Event*>(**item)) document.events.push_back(std::move(event));
    if (const auto* mark = std::get_if<const BatchMark*>(&**item)) document.keys.push_back((*mark)->key.value);
    if (const auto* end = std::get_if<const CflogEnd*>(&**item)) document.end = **end;
  }
  CHECK(reader.good().complete);
  return document;
}

std::vector<Event> events_of(const Log& log) {
  std::vector<Event> events;
  log.read(0, -1, [&](Event&& event) {
    events.push_back(std::move(event));
    return true;
  });
  return events;
}

void fill_two_accounts(Running& running) {
  running.open_account("acme");
  running.open_account("beta");
  running.apply(usage("acme", "u1") + "\n" + usage("beta", "u1") + "\n" + usage("acme", "u2"));
}

}  // namespace

TEST_CASE("the download is the log, and says how far it goes") {
  Running running;
  fill_two_accounts(running);
  const Response response = running.client().get("/v1/log");
  CHECK(response.status == 200);
  CHECK(response.whole);
  CHECK(response.header("content-type") == "application/vnd.creditfold.cflog");
  CHECK(response.header("x-creditfold-seq") == "9");
  const Document document = read_documents(response.body);
  CHECK(document.events == events_of(running.log()));
  CHECK(document.keys == std::vector<std::string>{"open", "term", "open", "term", "u1", "u1", "u2"});
  CHECK(document.end.seq == 9);
}

TEST_CASE("a download in two parts, wherever it is cut, is the same log") {
  Running running;
  fill_two_accounts(running);
  const auto whole = events_of(running.log());
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    Client client = running.client();
    const std::string first = client.get("/v1/log?to=" + std::to_string(cut)).body;
    const std::string rest = client.get("/v1/log?after=" + std::to_string(cut)).body;
    INFO(cut);
    CHECK(read_documents(first + rest).events == whole);
    CHECK(read_documents(first + rest).keys.size() == 7);
  }
}

TEST_CASE("an account's download holds its events only, under the positions they have in the whole log") {
  Running running;
  fill_two_accounts(running);
  const Response response = running.client().get("/v1/accounts/beta/log");
  CHECK(response.header("x-creditfold-seq") == "9");
  const Document document = read_documents(response.body);
  REQUIRE(document.events.size() == 4);
  CHECK(document.events[0].seq == 4);
  CHECK(document.events[3].seq == 8);
  CHECK(document.keys == std::vector<std::string>{"open", "term", "u1"});
  CHECK(document.end.seq == 9);
  const Document rest = read_documents(running.client().get("/v1/accounts/beta/log?after=7").body);
  REQUIRE(rest.events.size() == 1);
  CHECK(rest.events[0].seq == 8);
  CHECK(running.client().get("/v1/accounts/nobody/log").status == 404);
}

TEST_CASE("commands that brought no event are in the download once, also where pieces meet") {
  Running running;
  running.open_account("acme");
  std::string lines;
  std::vector<std::string> keys{"open", "term"};
  for (int i = 0; i < 9'000; ++i) {
    const std::string key = "k" + std::to_string(i);
    lines += (i % 3 == 0 ? usage("acme", key) : command("ClosePeriods", "acme", key)) + "\n";
    keys.push_back(key);
  }
  running.apply(lines);
  const Document document = read_documents(running.client().get("/v1/log").body);
  CHECK(document.events == events_of(running.log()));
  CHECK(document.keys == keys);
  const Document of_account = read_documents(running.client().get("/v1/accounts/acme/log").body);
  CHECK(of_account.events == document.events);
  CHECK(of_account.keys == keys);
}

TEST_CASE("a part of an empty log, and the part after the end, are whole documents without events") {
  Running running;
  CHECK(read_documents(running.client().get("/v1/log").body).events.empty());
  fill_two_accounts(running);
  const Document document = read_documents(running.client().get("/v1/log?after=9&to=500").body);
  CHECK(document.events.empty());
  CHECK(document.end.seq == 9);
}

TEST_CASE("events are streamed as they happen, each with its position, type and JSON") {
  Running running;
  fill_two_accounts(running);
  Client client = running.client();
  client.write("GET /v1/events?after=7 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string begin = client.read_until("id: 9\n");
  CHECK(begin.find("Content-Type: text/event-stream") != std::string::npos);
  CHECK(begin.find("id: 7\n") == std::string::npos);
  CHECK(begin.find("id: 8\nevent: CreditsConsumed\ndata: {\"type\":\"CreditsConsumed\",\"seq\":8,") !=
        std::string::npos);
  running.apply(usage("beta", "u2"));
  const std::string next = client.read_until("\n\n") + client.read_until("\n\n");
  CHECK(next.find("id: 10\nevent: CreditsConsumed\n") != std::string::npos);
  const std::size_t data = next.find("data: ", next.find("id: 10\n")) + 6;
  const auto parsed = parse_event(next.substr(data, next.find('\n', data) - data));
  REQUIRE(parsed.has_value());
  CHECK(*parsed == events_of(running.log()).back());
}

TEST_CASE("a stream goes on after the event its client saw last") {
  Running running;
  fill_two_accounts(running);
  Client client = running.client();
  client.write("GET /v1/events?after=1 HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 8\r\n\r\n");
  const std::string text = client.read_until("id: 9\n");
  CHECK(text.find("id: 8\n") == std::string::npos);
  CHECK(text.find("id: 2\n") == std::string::npos);
}

TEST_CASE("a stream without a position begins now, and one of an account has only its events") {
  Running running;
  fill_two_accounts(running);
  Client all = running.client();
  all.write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Client beta = running.client();
  beta.write("GET /v1/events?account=beta&after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  static_cast<void>(all.read_until("retry: 2000\n\n"));
  CHECK(beta.read_until("id: 8\n").find("\"account\":\"acme\"") == std::string::npos);
  running.apply(usage("acme", "u3") + "\n" + usage("beta", "u3"));
  CHECK(all.read_until("id: 10\n").find("id: 9\n") == std::string::npos);
  CHECK(beta.read_until("id: 11\n").find("id: 10\n") == std::string::npos);
  CHECK(running.client().get("/v1/events?account=nobody").status == 404);
}

TEST_CASE("a long history is streamed whole") {
  Running running;
  running.open_account("acme");
  std::string lines;
  for (int i = 0; i < 3'000; ++i) lines += usage("acme", "u" + std::to_string(i)) + "\n";
  running.apply(lines);
  Client client = running.client();
  client.write("GET /v1/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string text = client.read_until("id: 3003\n");
  std::size_t found = 0;
  for (std::size_t place = 0; (place = text.find("\nid: ", place)) != std::string::npos; ++place) ++found;
  CHECK(found == 3'003);
}

TEST_CASE("there are so many streams and no more, and a client that leaves makes room") {
  Running running;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < service::event_streams_max; ++i) {
    clients.push_back(std::make_unique<Client>(running.service().url()));
    clients.back()->write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    static_cast<void>(clients.back()->read_until("retry: 2000\n\n"));
  }
  const Response refused = running.client().get("/v1/events");
  CHECK(refused.status == 503);
  CHECK(refused.header("retry-after") == "1");
  clients.front()->close();
  CHECK(soon([&] {
    Client client = running.client();
    client.write("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return client.read_until("\r\n").find("200") != std::string::npos;
  }));
}
