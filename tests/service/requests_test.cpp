// SPDX-License-Identifier: Apache-2.0
// The form of requests: every mistake gets an answer that names its place, and no other page gets in.
#include <sys/resource.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <memory>

#include "ledger/service/guard.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/target.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

namespace {

void check_error(const Response& response, int status, const std::string& code, const std::string& place) {
  INFO(response.body);
  CHECK(response.status == status);
  CHECK(at(response.body, "/error/code") == code);
  CHECK(at(response.body, "/error/place") == place);
  CHECK_FALSE(at(response.body, "/error/message").empty());
  CHECK(response.header("content-type") == "application/json; charset=utf-8");
}

Response raw(const Running& running, const std::string& text) {
  Client client = running.client();
  client.write(text);
  return client.read();
}

}  // namespace

TEST_CASE("an address that is not there, and a method it does not take") {
  Running running;
  Client client = running.client();
  check_error(client.get("/v1/nothing"), 404, "not_found", "");
  check_error(client.get("/v1/accounts/acme/balance/more"), 404, "not_found", "");
  const Response wrong = client.send("PUT", "/v1/accounts");
  check_error(wrong, 405, "method_not_allowed", "");
  CHECK(wrong.header("allow") == "GET, HEAD");
  CHECK(client.get("/v1/commands").header("allow") == "POST");
  CHECK(client.send("DELETE", "/").header("allow") == "GET, HEAD");
  CHECK(client.send("OPTIONS", "/v1/commands").status == 405);
}

TEST_CASE("query parameters are known, given once, and well formed, or named in the error") {
  Running running;
  running.open_account("acme");
  Client client = running.client();
  const std::string balance = "/v1/accounts/acme/balance";
  check_error(client.get(balance + "?when=now"), 400, "bad_request", "query parameter when");
  check_error(client.get(balance + "?as_of=1&as_of=2"), 400, "bad_request", "query parameter as_of");
  check_error(client.get(balance + "?as_of=-1"), 400, "bad_request", "query parameter as_of");
  check_error(client.get(balance + "?as_of=1e3"), 400, "bad_request", "query parameter as_of");
  check_error(client.get(balance + "?at=2026-03-10"), 400, "bad_request", "query parameter at");
  check_error(client.get("/v1/log?after=99999999999999999999"), 400, "bad_request", "query parameter after");
  check_error(client.get("/v1/log?after=3&to=2"), 400, "bad_request", "query parameter to");
  check_error(client.get("/v1/log?after=1000"), 400, "bad_request", "query parameter after");
  check_error(client.get("/v1/events?after=x"), 400, "bad_request", "query parameter after");
  check_error(client.get("/v1/events", {{"Last-Event-ID", "x"}}), 400, "bad_request", "header Last-Event-ID");
  check_error(client.get("/v1/log?after"), 400, "bad_request", "target, byte 8");
  check_error(client.get("/v1/accounts/%zz/balance"), 400, "bad_request", "target, byte 13");
  check_error(client.get("/v1/accounts/%ff/balance"), 400, "bad_request", "target, byte 13");
  check_error(client.get("/v1/accounts/%0a/balance"), 400, "bad_request", "target, the account");
  CHECK(client.get(balance + "?at=2026-03-09T00%3A00%3A00Z").status == 200);
}

TEST_CASE("an account's name may hold any characters that the contract allows, percent-encoded") {
  Running running;
  running.open_account("a/b ü?");
  const Response response = running.client().get("/v1/accounts/a%2Fb%20%C3%BC%3F/balance");
  CHECK(response.status == 200);
  CHECK(at(response.body, "/account") == "a/b ü?");
}

TEST_CASE("a body is JSON or one command a line, so that no form of another page can send it") {
  Running running;
  Client client = running.client();
  const auto send = [&](const Headers& headers) {
    return running.client().send("POST", "/v1/commands", headers, "{}");
  };
  check_error(send({}), 415, "unsupported_media_type", "header Content-Type");
  check_error(send({{"Content-Type", "text/plain"}}), 415, "unsupported_media_type", "header Content-Type");
  check_error(send({{"Content-Type", "application/x-www-form-urlencoded"}}), 415, "unsupported_media_type",
              "header Content-Type");
  check_error(send({{"Content-Type", "application/json; charset=latin1"}}), 415, "unsupported_media_type",
              "header Content-Type");
  check_error(send({{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}), 415, "unsupported_media_type",
              "header Content-Type");
  CHECK(client.post("{}", "application/json;charset=UTF-8").status == 400);
}

TEST_CASE("a body beyond the limit is refused, announced or not, and the answer arrives") {
  Running running;
  check_error(running.client().post(std::string(service::command_body_bytes_max + 1, ' ')), 413, "too_large", "body");
  check_error(running.client().post(std::string(service::ndjson_body_bytes_max + 1, '\n'), "application/x-ndjson"), 413,
              "too_large", "body");
  Client client = running.client();
  client.write(
      "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  const std::string chunk = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
  for (int i = 0; i < 17; ++i) client.write(chunk);
  check_error(client.read(), 413, "too_large", "body");
  check_error(raw(running, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"), 431,
              "too_large", "headers");
}

TEST_CASE("a request that is not HTTP is told where") {
  Running running;
  check_error(raw(running, "nonsense\r\n\r\n"), 400, "bad_request", "request line");
  check_error(raw(running, "GET / HTTP/7.7\r\n\r\n"), 400, "bad_request", "request line");
  check_error(raw(running, "GET / HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n"), 400, "bad_request", "headers");
  check_error(raw(running,
                  "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n5\r\n{   }\r\nzz\r\n"),
              400, "bad_request", "body, after byte 5");
  check_error(raw(running, "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n"), 400,
              "bad_request", "headers");
  check_error(raw(running, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"), 400,
              "bad_request", "body");
  CHECK(running.log().head() == 0);
}

TEST_CASE("a length and chunks together are refused, so that no proxy reads another request than the service") {
  Running running;
  check_error(raw(running,
                  "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              400, "bad_request", "headers");
}

TEST_CASE("of a request that breaks off nothing is applied") {
  Running running;
  running.open_account("acme");
  const std::string body = usage("acme", "u1");
  for (const std::string type : {"application/json", "application/x-ndjson"}) {
    Client client = running.client();
    client.write("POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type +
                 "\r\nContent-Length: " + std::to_string(2 * body.size()) + "\r\n\r\n" + body + "\n");
    client.close();
  }
  CHECK(running.client().get("/healthz").status == 200);
  CHECK(running.log().head() == 3);
}

TEST_CASE("there are so many connections and no more, and one that ends makes room") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = files.rlim_max;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  if (files.rlim_max < 2 * service::connections_max + 100) return;  // both ends are in this process
  Running running;
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < service::connections_max; ++i) {
    clients.push_back(std::make_unique<Client>(running.service().url()));
  }
  CHECK(clients.back()->get("/healthz").status == 200);
  Client turned_away = running.client();
  const Response response = turned_away.read();
  check_error(response, 503, "busy", "");
  CHECK(response.header("retry-after") == "1");
  CHECK(turned_away.ended());
  clients.pop_back();
  CHECK(soon([&] { return running.client().get("/healthz").status == 200; }));
}

TEST_CASE("a chunked body, one that waits to be asked for, and several requests in one go are served") {
  Running running;
  running.open_account("acme");
  const std::string body = usage("acme", "u1");
  const auto half = static_cast<std::ptrdiff_t>(body.size() / 2);
  Client client = running.client();
  const std::string head = "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const auto chunk = [](const std::string& part) {
    char size[16];
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    return size + part + "\r\n";
  };
  client.write(head + "Transfer-Encoding: chunked\r\n\r\n" + chunk({body.begin(), body.begin() + half}) +
               chunk({body.begin() + half, body.end()}) + "0\r\n\r\n");
  CHECK(client.read().status == 200);
  client.write(head + "Expect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  CHECK(client.read().status == 100);
  client.write(body);
  CHECK(at(client.read().body, "/replayed") == "true");
  client.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(client.read().body == "{\"status\":\"ok\"}\n");
  CHECK(at(client.read().body, "/ready") == "true");
}

TEST_CASE("HEAD answers the headers of GET without the body, and the connection goes on") {
  Running running;
  running.open_account("acme");
  Client client = running.client();
  const Response get = client.get("/v1/accounts/acme/balance");
  const Response head = client.send("HEAD", "/v1/accounts/acme/balance");
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == std::to_string(get.body.size()));
  CHECK(client.send("HEAD", "/v1/log").header("x-creditfold-seq") == std::to_string(running.log().head()));
  CHECK(client.get("/healthz").status == 200);
}

TEST_CASE("HTTP/1.0 gets whole answers that end with the connection") {
  Running running;
  running.open_account("acme");
  const Response response = raw(running, "GET /v1/log HTTP/1.0\r\n\r\n");
  CHECK(response.status == 200);
  CHECK(response.header("transfer-encoding").empty());
  CHECK(response.header("connection") == "close");
  CHECK(response.whole);
  CHECK(response.body == running.client().get("/v1/log").body);
}

TEST_CASE("a Host that is not this machine's is refused, so that no name of another page can mean it") {
  Running running;
  const auto status = [&](const std::string& host) {
    return running.client().get("/healthz", {{"Host", host}}).status;
  };
  CHECK(status("localhost") == 200);
  CHECK(status("LOCALHOST:9999") == 200);
  CHECK(status("127.0.0.1:8080") == 200);
  CHECK(status("[::1]:8080") == 200);
  CHECK(status("evil.example") == 403);
  CHECK(status("localhost.evil.example:80") == 403);
  CHECK(status("192.0.2.1") == 403);
  CHECK(status("local host") == 403);
  CHECK(status("[::1") == 400);
  check_error(raw(running, "GET /healthz HTTP/1.1\r\n\r\n"), 400, "bad_request", "header Host");
  check_error(raw(running, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"), 400, "bad_request",
              "header Host");
}

TEST_CASE("a page of another origin is refused, the service's own is not") {
  Running running;
  running.open_account("acme");
  const auto post = [&](const std::string& origin) {
    return running.client().send("POST", "/v1/commands",
                                 {{"Host", "localhost:8080"}, {"Origin", origin}, {"Content-Type", "application/json"}},
                                 usage("acme", "u1"));
  };
  check_error(post("https://evil.example"), 403, "foreign_origin", "header Origin");
  check_error(post("null"), 403, "foreign_origin", "header Origin");
  check_error(post("http://localhost:9999"), 403, "foreign_origin", "header Origin");
  CHECK(post("http://localhost:8080").status == 200);
}

TEST_CASE("a page elsewhere that is named may read, may see every header that is described, and sends no command") {
  service::ServiceOptions options;
  options.reader_origin = "https://Page.Example:443";
  Running running(options);
  running.open_account("acme");
  Client client = running.client();
  const Headers page = {{"Host", "localhost"}, {"Origin", "https://page.example"}};
  const Response read = client.get("/v1/log", page);
  CHECK(read.status == 200);
  CHECK(read.header("access-control-allow-origin") == "https://page.example");
  const std::string exposed = ", " + std::string(read.header("access-control-expose-headers")) + ",";
  const std::string description = client.get("/openapi.json").body;
  for (const char* answer :
       {"paths/~1v1~1log/get/responses/200", "paths/~1v1~1accounts~1{account}~1log/get/responses/200",
        "components/responses/Unauthorized", "components/responses/TooManyAttempts",
        "components/responses/Unavailable"}) {
    const auto headers = boost::json::parse(description).at_pointer("/" + std::string(answer) + "/headers");
    for (const auto& [name, value] : headers.as_object()) {
      INFO(name);
      CHECK(exposed.find(", " + std::string(name) + ",") != std::string::npos);
    }
  }
  Headers sends = page;
  sends.emplace_back("Content-Type", "application/json");
  check_error(client.send("POST", "/v1/commands", sends, usage("acme", "u1")), 403, "foreign_origin", "header Origin");
}

TEST_CASE("an origin is a scheme, a host and a port, as browsers send it") {
  using service::origin_of;
  CHECK(origin_of("https://page.example") == "https://page.example");
  CHECK(origin_of("HTTPS://Page.Example:443") == "https://page.example");
  CHECK(origin_of("http://localhost:3000") == "http://localhost:3000");
  CHECK(origin_of("http://page.example:443") == "http://page.example:443");
  CHECK(origin_of("http://[0:0::1]:080") == "http://[::1]");
  for (const char* none :
       {"", "x", "*", "null", "page.example", "https://", "https://*", "https://a.b/", "https://a.b/path",
        "https://a.b?x", "https://me@a.b", "https://a.b:", "https://a.b:0x1", "https://a.b:65536", "https://a b",
        "https://[::1", "https://[a.b]", "ftp://a.b", "https:a.b", "https://a.b, https://c.d"}) {
    INFO(none);
    CHECK_FALSE(origin_of(none));
  }
}

TEST_CASE("every answer says that it is not to be sniffed, framed or told to others") {
  Running running;
  for (const char* target : {"/", "/v1/accounts", "/nothing"}) {
    const Response response = running.client().get(target);
    CHECK(response.header("x-content-type-options") == "nosniff");
    CHECK(response.header("referrer-policy") == "no-referrer");
    CHECK(response.header("content-security-policy").find("frame-ancestors 'none'") != std::string::npos);
    CHECK(response.header("cross-origin-resource-policy") == "same-origin");
    CHECK_FALSE(response.header("date").empty());
    CHECK(response.header("access-control-allow-origin").empty());
  }
}

TEST_CASE("a target is taken apart strictly") {
  using service::parse_target;
  CHECK(parse_target("/a//b/")->segments == std::vector<std::string>{"a", "", "b", ""});
  CHECK(parse_target("/%2e%2e/x")->path() == "/../x");
  CHECK(parse_target("http://localhost:8080/v1?x=1")->parameter("x") == "1");
  CHECK(parse_target("/?a=1+1")->parameter("a") == "1+1");
  CHECK(parse_target("/?a=")->parameter("a") == "");
  CHECK(parse_target("*").error().place == "target, byte 0");
  CHECK(parse_target("/a#b").error().place == "target, byte 2");
  CHECK(parse_target("/?&").error().place == "target, byte 2");
  CHECK(parse_target("/?=1").error().place == "target, byte 2");
  CHECK(parse_target("/a%2").error().place == "target, byte 2");
}
