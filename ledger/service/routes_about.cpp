// SPDX-License-Identifier: Apache-2.0
// What the service is and how it does: catalog, version, health, readiness, its own description, and the page.
#include "events/cflog_format.hpp"
#include "ledger/json.hpp"
#include "ledger/service/embedded.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace {

Answerer always(Reply reply) {
  return [reply = std::move(reply)](const Call& /*call*/) { return answer_with(reply); };
}

Reply cached(Reply reply) {
  reply.headers.emplace_back("Cache-Control", "no-cache");
  return reply;
}

Reply version_reply(const Build& build) {
  return json_reply(Status::ok, R"({"name":"creditfold","version":)" + json_quote(build.version) + R"(,"format":)" +
                                    std::to_string(cflog::format) + R"(,"commit":)" + json_quote(build.commit) + "}");
}

// With several regions each has a position of its own.
Reply ready_reply(const Regions& regions) {
  const bool ready = regions.ready();
  std::string json = std::string(R"({"ready":)") + (ready ? "true" : "false");
  const std::vector<RegionAtWork*> all = regions.all();
  if (all.size() > 1) {
    json += R"(,"regions":{)";
    for (const RegionAtWork* region : all) {
      json += std::string(region == all.front() ? "" : ",") + json_quote(region->region.value) + ":" +
              std::to_string(region->hub.head());
    }
    json += "}";
  } else {
    json += R"(,"seq":)" + std::to_string(all.empty() ? 0 : all.front()->hub.head());
  }
  return json_reply(ready ? Status::ok : Status::service_unavailable, json + "}");
}

// "event.json" and "event.schema.json" are the same; the second is how the schemas refer to each other.
Reply schema_reply(std::string_view file) {
  for (const std::string_view ending : {".schema.json", ".json"}) {
    if (!file.ends_with(ending)) continue;
    const auto json = schema_json(file.substr(0, file.size() - ending.size()));
    if (!json) continue;
    Reply reply = json_reply(Status::ok, std::string(*json));
    reply.headers.front().second = "application/schema+json";
    return cached(std::move(reply));
  }
  std::string names;
  for (const std::string_view name : schema_names()) names += (names.empty() ? "" : ", ") + std::string(name);
  return error_reply(Status::not_found, "not_found", "The schemas are: " + names + ".");
}

Route get(std::string_view pattern, Answerer answer) {
  return {.pattern = pattern,
          .method = Verb::get,
          .parameters = {},
          .bodies = {},
          .answer = std::move(answer),
          .access = Access::any};
}

}  // namespace

void add_about_routes(Router& router, const Regions& regions, std::string catalog_json, const Build& build,
                      const StaticFiles& page) {
  router.add(get("/v1/catalog", always(cached(json_reply(Status::ok, std::move(catalog_json))))));
  router.add(get("/v1/version", always(version_reply(build))));
  router.add(get("/healthz", always(json_reply(Status::ok, R"({"status":"ok"})"))));
  router.add(get("/readyz", [&](const Call& /*call*/) { return answer_with(ready_reply(regions)); }));
  router.add(get("/openapi.json", always(cached(json_reply(Status::ok, std::string(openapi_json()))))));
  router.add(
      get("/schemas/{name}", [](const Call& call) { return answer_with(schema_reply(call.arguments.front())); }));
  router.set_fallback([&](const std::string& path) { return page.exists(path); },
                      [&](const Call& call) {
                        return answer_with(page.answer(call.target.path(), call.header("Accept-Encoding"),
                                                       call.header("If-None-Match")));
                      });
}

}  // namespace creditfold::service
