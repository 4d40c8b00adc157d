// SPDX-License-Identifier: Apache-2.0
// The page's files: types, compression, caching, and nothing outside their directory.
#include <catch2/catch.hpp>

#include <fstream>

#include "ledger/service/static_files.hpp"
#include "tests/service/running.hpp"

using namespace creditfold;
using namespace creditfold::test;

TEST_CASE("files have their types, and the page is at the root") {
  Running running;
  Client client = running.client();
  const auto type = [&](const char* target) { return client.get(target).header("content-type"); };
  CHECK(type("/") == "text/html; charset=utf-8");
  CHECK(type("/index.html") == "text/html; charset=utf-8");
  CHECK(type("/assets/index-1a2b3c4d.js") == "text/javascript; charset=utf-8");
  CHECK(type("/assets/core-AbCd_-12.wasm") == "application/wasm");
  CHECK(type("/favicon.svg") == "image/svg+xml");
  CHECK(type("/manifest.webmanifest") == "application/manifest+json");
  CHECK(client.get("/?scenario=1#x").status == 400);
  CHECK(client.get("/?scenario=1").body == "<!doctype html><title>Page</title>");
  const std::string policy = client.get("/").header("content-security-policy");
  CHECK(policy.find("script-src 'self' 'wasm-unsafe-eval'") != std::string::npos);
  CHECK(policy.find("worker-src 'self'") != std::string::npos);
}

TEST_CASE("a compressed sibling is sent to those who take it, brotli first") {
  Running running;
  Client client = running.client();
  const auto get = [&](const std::string& accepted) {
    return client.get("/assets/index-1a2b3c4d.js", {{"Accept-Encoding", accepted}});
  };
  CHECK(get("gzip, deflate, br").body == "brotli script");
  CHECK(get("gzip, deflate, br").header("content-encoding") == "br");
  CHECK(get("gzip").header("content-encoding") == "gzip");
  CHECK(get("br;q=0, gzip;q=0.5").body == "gzip script");
  CHECK(get("*").header("content-encoding") == "br");
  CHECK(get("br;q=0.0, *;q=0").body == "plain script");
  CHECK(get("identity").header("content-encoding").empty());
  CHECK(get("br").header("vary") == "Accept-Encoding");
  CHECK(get("br").header("content-type") == "text/javascript; charset=utf-8");
  CHECK(client.get("/assets/index-1a2b3c4d.js").body == "plain script");
  CHECK(client.get("/assets/index-1a2b3c4d.js.br").status == 404);
}

TEST_CASE("hashed files are kept for a year, the others are asked for each time") {
  Running running;
  Client client = running.client();
  CHECK(client.get("/assets/index-1a2b3c4d.js").header("cache-control") == "public, max-age=31536000, immutable");
  CHECK(client.get("/").header("cache-control") == "no-cache");
  CHECK(client.get("/favicon.svg").header("cache-control") == "no-cache");
  const std::string tag = client.get("/").header("etag");
  REQUIRE(tag.size() > 2);
  const Response same = client.get("/", {{"If-None-Match", "\"other\", W/" + tag}});
  CHECK(same.status == 304);
  CHECK(same.header("etag") == tag);
  CHECK(same.header("content-length").empty());
  CHECK(client.get("/", {{"If-None-Match", "\"other\""}}).status == 200);
  const std::string br = client.get("/assets/index-1a2b3c4d.js", {{"Accept-Encoding", "br"}}).header("etag");
  CHECK(br != client.get("/assets/index-1a2b3c4d.js").header("etag"));
}

TEST_CASE("no path leads out of the page's directory") {
  TemporaryDirectory directory;
  write_page(directory.path() / "page");
  std::ofstream(directory.path() / "secret.txt") << "secret";
  service::ServiceOptions options;
  options.web = directory.path() / "page";
  Running running(options);
  for (const char* target :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt", "//secret.txt",
        "/assets/%2e%2e%5csecret.txt", "/index.html/../../secret.txt", "/assets", "/assets/"}) {
    INFO(target);
    CHECK(running.client().get(target).status == 404);
  }
}

TEST_CASE("without a page the root says how to build it") {
  TemporaryDirectory directory;
  service::ServiceOptions options;
  options.web = directory.path();
  Running running(options);
  const Response response = running.client().get("/");
  CHECK(response.status == 200);
  CHECK(response.header("content-type") == "text/plain; charset=utf-8");
  CHECK(response.body.find("scripts/build") != std::string::npos);
}

TEST_CASE("a page that cannot be read is a fault at the start") {
  CHECK_THROWS_AS(service::StaticFiles("/nowhere/at/all"), Fault);
}
