// SPDX-License-Identifier: Apache-2.0
// creditfold import of CloudEvents and of OpenTelemetry GenAI spans: what is charged, what is not, and that twice is
// once.
#include <catch2/catch.hpp>

#include "tests/cli/import_summary.hpp"

using namespace creditfold::test;

namespace {

class FormatLedger {
 public:
  FormatLedger() { static_cast<void>(ask({"apply", "--data", data()}, opening("acme"))); }
  [[nodiscard]] std::string data() const { return directory_.data().string(); }
  [[nodiscard]] Ended import(const std::string& format, std::string_view content, const Words& more = {},
                             const std::string& name = "usage.json") const {
    write_file(directory_.path() / name, content);
    Words words{"import", "--data", data(), "--format", format, "--account", "acme", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back((directory_.path() / name).string());
    return run(words);
  }
  [[nodiscard]] std::vector<std::string> charges() const {
    std::vector<std::string> found;
    for (const std::string& line :
         lines_of(ask({"export", "--data", data(), "--account", "acme", "--format", "jsonl"}))) {
      if (contains(line, "\"CreditsConsumed\"")) found.push_back(line);
    }
    return found;
  }

 private:
  TemporaryDirectory directory_;
};

std::string event(const std::string& id, const std::string& data, const std::string& more = "",
                  const std::string& type = "io.creditfold.usage.v1") {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"/gw/1","type":")" + type +
         R"(","time":"2026-01-16T18:15:46.6805900+01:00","datacontenttype":"application/json")" + more + R"(,"data":)" +
         data + "}";
}
const std::string good = R"({"workflow":"triage","model":"gpt-4o","input":1000,"output":100})";

std::string attribute(const std::string& key, const std::string& value) {
  return R"({"key":")" + key + R"(","value":)" + value + "}";
}
std::string span(const std::string& id, const std::string& attributes, const std::string& more = "") {
  return R"({"traceId":"5b8efff798038103d269b633813fc60c","spanId":")" + id +
         R"(","name":"chat gpt-4o","startTimeUnixNano":"1768587346000000000","endTimeUnixNano":"1768587346680590000","attributes":[)" +
         attributes + "]" + more + "}";
}
const std::string chat = attribute("gen_ai.operation.name", R"({"stringValue":"chat"})") + "," +
                         attribute("gen_ai.request.model", R"({"stringValue":"gpt-4o"})") + "," +
                         attribute("gen_ai.usage.input_tokens", R"({"intValue":"1000"})") + "," +
                         attribute("gen_ai.usage.output_tokens", R"({"intValue":100})");
std::string traces(const std::string& spans) {
  return R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"helpdesk"}}]},)"
         R"("scopeSpans":[{"scope":{"name":"x"},"spans":[)" +
         spans + "]}]}]}";
}

}  // namespace

TEST_CASE("import cloudevents: an event is charged once, from a line, a batch or a document") {
  const FormatLedger ledger;
  const Ended lines = ledger.import("cloudevents", event("1", good) + "\n\n" + event("2", good) + "\n");
  INFO(lines.err);
  CHECK(lines.status == 0);
  CHECK(count(lines, "charged") == 2);
  CHECK(at(json_of(lines.out), "/credits") == "90");
  const Ended batch =
      ledger.import("cloudevents", "[" + event("2", good) + ",\n" + event("3", good) + "]", {}, "other.json");
  CHECK(count(batch, "charged") == 1);
  CHECK(count(batch, "replayed") == 1);
  const Ended document = ledger.import("cloudevents", "{\n" + event("3", good).substr(1));
  CHECK(count(document, "replayed") == 1);
  REQUIRE(ledger.charges().size() == 3);
  const auto charge = json_of(ledger.charges().front());
  CHECK(at(charge, "/at") == "2026-01-16T17:15:46.68059Z");
  CHECK(at(charge, "/workflow") == "triage");
  CHECK(at(charge, "/model") == "gpt-4o");
  CHECK(charge.at("ai_generated").as_bool());
}

TEST_CASE(
    "import cloudevents: what the data may say goes into the report; what it does not say comes from the options") {
  const FormatLedger ledger;
  const Ended full = ledger.import(
      "cloudevents",
      event("1", R"({"workflow":"w","model":"gpt-4o","query":7,"input":"1000","output":0,"plan":"plus","actor":"ann",)"
                 R"("settles":"none","classification":"cui","memo":"m","ai_generated":true,"prompt":"not taken"})"));
  INFO(full.err);
  CHECK(count(full, "charged") == 1);
  const auto charge = json_of(ledger.charges().front());
  CHECK(charge.at("query").as_int64() == 7);
  CHECK(at(charge, "/actor") == "ann");
  CHECK(at(charge, "/memo") == "m");
  CHECK(at(charge, "/flags/0") == "unknown_authorization");
  CHECK_FALSE(contains(ledger.charges().front(), "not taken"));
  const std::string bare = R"({"input":1,"output":1})";
  CHECK(count(ledger.import("cloudevents", event("2", bare)), "bad_lines") == 1);  // no model
  CHECK(count(ledger.import("cloudevents", event("2", bare, R"(,"subject":"inbox")"), {"--model", "gpt-4o-mini"}),
              "charged") == 1);
  CHECK(at(json_of(ledger.charges().back()), "/workflow") == "inbox");
  CHECK(at(json_of(ledger.charges().back()), "/model") == "gpt-4o-mini");
  CHECK(count(ledger.import("cloudevents", event("3", bare), {"--model", "gpt-4o-mini"}, "nightly.jsonl"), "charged") ==
        1);
  CHECK(at(json_of(ledger.charges().back()), "/workflow") == "nightly");
}

TEST_CASE(
    "import cloudevents: bad lines are told with their place and why, others are left alone, and the rest goes on") {
  const FormatLedger ledger;
  const std::string text =
      event("1", good) + "\n" + "{not json\n" + "[1]\n" +
      R"({"specversion":"0.3","id":"2","source":"s","type":"io.creditfold.usage.v1","time":"2026-01-01T00:00:00Z","data":{}})"
      "\n" +
      event("", good) + "\n" + event("3", R"({"input":-1,"output":1})") + "\n" + event("4", R"({"input":1})") + "\n" +
      event("5", R"({"input":1,"output":1,"account":"zeta"})") + "\n" + event("6", good, "", "com.example.other") +
      "\n" + event("7", "\"text\"") + "\n" + event("8", good, R"(,"data_base64":"AA==")") + "\n" +
      R"({"specversion":"1.0","id":"9","source":"s","type":"io.creditfold.usage.v1","data":{}})"
      "\n" +
      event("10", good) + "\n";
  const Ended ended = ledger.import("cloudevents", text);
  INFO(ended.err);
  CHECK(ended.status == 1);
  CHECK(count(ended, "charged") == 2);
  CHECK(count(ended, "bad_lines") == 10);
  CHECK(count(ended, "other") == 1);
  for (const char* told :
       {"line 2: is not JSON", "line 3: is no object", "line 4: specversion is not 1.0", "line 5: id is missing",
        "line 6: data.input is not a whole number", "line 7: data.output is missing",
        "line 8: data.account is another account", "line 10: data is missing or no object",
        "line 11: data_base64 is binary", "line 12: time is missing"}) {
    INFO(told);
    CHECK(contains(ended.err, told));
  }
  CHECK(ledger.import("cloudevents", "not JSON at all\nnor this").status == 2);
  CHECK(ledger.import("cloudevents", "").status == 0);
}

TEST_CASE("AI-2: a line of any format that says its output is human-generated is refused, counted and named") {
  const FormatLedger ledger;
  const Ended events = ledger.import(
      "cloudevents", event("1", good) + "\n" +
                         event("2", R"({"workflow":"w","model":"gpt-4o","input":1,"output":1,"ai_generated":false})") +
                         "\n" + event("3", good, R"(,"aigenerated":false)") + "\n" +
                         event("4", R"({"workflow":"w","model":"gpt-4o","input":1,"output":1,"ai_generated":true})",
                               R"(,"aigenerated":false)") +
                         "\n");
  CHECK(count(events, "charged") == 1);
  CHECK(times_refused(events, "provenance") == 3);
  CHECK(contains(events.err, "line 2: refused: provenance"));
  CHECK(contains(events.err, "line 3: refused: provenance"));
  CHECK(contains(events.err, "line 4: refused: provenance"));  // one of the two says so
  const Ended spans = ledger.import(
      "otel-genai", traces(span("eee19b7ec3c1b174", chat) + "," +
                           span("eee19b7ec3c1b175", chat + "," + attribute("ai_generated", R"({"boolValue":false})"))));
  CHECK(count(spans, "charged") == 1);
  CHECK(times_refused(spans, "provenance") == 1);
  CHECK(contains(spans.err, "span 2: refused: provenance"));
  const Ended trace =
      ledger.import("azure-llm",
                    "TIMESTAMP,ContextTokens,GeneratedTokens,ai_generated\n2026-01-16 18:15:46,1,1,true\n"
                    "2026-01-16 18:15:47,1,1,False\n2026-01-16 18:15:48,1,1,\n2026-01-16 18:15:49,1,1,perhaps\n",
                    {}, "trace.csv");
  CHECK(count(trace, "charged") == 2);
  CHECK(times_refused(trace, "provenance") == 1);
  CHECK(count(trace, "bad_lines") == 1);
  CHECK(contains(trace.err, "line 3: refused: provenance"));
}

TEST_CASE("import otel-genai: OTLP of the collector is charged once for each call of a model") {
  const FormatLedger ledger;
  const std::string agent = attribute("gen_ai.operation.name", R"({"stringValue":"invoke_agent"})") + "," +
                            attribute("gen_ai.usage.input_tokens", R"({"intValue":"1000"})");
  const std::string web = attribute("http.request.method", R"({"stringValue":"GET"})");
  const std::string failed = attribute("gen_ai.operation.name", R"({"stringValue":"chat"})");
  const std::string document = traces(
      span("eee19b7ec3c1b174", chat) + "," + span("eee19b7ec3c1b175", agent) + "," + span("eee19b7ec3c1b176", web) +
      "," + span("eee19b7ec3c1b177", failed, R"(,"status":{"code":2})") + "," + span("eee19b7ec3c1b178", failed));
  const Ended ended = ledger.import("otel-genai", document + "\n" + R"({"resourceMetrics":[]})" + "\n");
  INFO(ended.err);
  CHECK(ended.status == 1);
  CHECK(count(ended, "charged") == 1);
  CHECK(count(ended, "other") == 4);
  CHECK(count(ended, "bad_lines") == 1);
  CHECK(contains(ended.err, "line 1, span 5: names a call of a model"));
  CHECK(at(json_of(ended.out), "/credits") == "45");
  const auto charge = json_of(ledger.charges().front());
  CHECK(at(charge, "/workflow") == "helpdesk");
  CHECK(at(charge, "/at") == "2026-01-16T18:15:46.68059Z");
  CHECK(at(charge, "/usage") == "otel-genai:5b8efff798038103d269b633813fc60c:eee19b7ec3c1b174");
  CHECK(count(ledger.import("otel-genai", traces(span("EEE19B7EC3C1B174", chat)), {}, "again.json"), "replayed") == 1);
}

TEST_CASE("import otel-genai: spans as SDKs print them, older names of tokens, an agent's name") {
  const FormatLedger ledger;
  const std::string printed =
      R"({"name":"chat","context":{"trace_id":"0x5b8efff798038103d269b633813fc60c","span_id":"0xeee19b7ec3c1b174"},)"
      R"("start_time":"2026-01-16T18:15:46.000000Z","end_time":"2026-01-16T18:15:47.000000Z","status":{"status_code":"UNSET"},)"
      R"("attributes":{"gen_ai.system":"openai","gen_ai.response.model":"gpt-4o","gen_ai.agent.name":"clerk",)"
      R"("gen_ai.usage.prompt_tokens":1000,"gen_ai.usage.completion_tokens":100,"gen_ai.input.messages":"not taken"}})";
  const Ended ended = ledger.import("otel-genai", printed);
  INFO(ended.err);
  CHECK(count(ended, "charged") == 1);
  const auto charge = json_of(ledger.charges().front());
  CHECK(at(charge, "/workflow") == "clerk");
  CHECK(at(charge, "/credits") == "45");
  CHECK(at(charge, "/at") == "2026-01-16T18:15:47Z");
  CHECK_FALSE(contains(ledger.charges().front(), "not taken"));
}

TEST_CASE("import otel-genai: what is wrong with a span is told") {
  const FormatLedger ledger;
  const auto why = [&](const std::string& text) { return ledger.import("otel-genai", text).err; };
  CHECK(contains(why(traces(span("short", chat))), "spanId is not 16 hexadecimal digits"));
  CHECK(contains(why(traces(span("0000000000000000", chat))), "spanId"));
  CHECK(contains(
      why(traces(span("eee19b7ec3c1b174", attribute("gen_ai.usage.input_tokens", R"({"stringValue":"many"})")))),
      "gen_ai.usage.input_tokens is not a whole number"));
  CHECK(contains(
      why(R"({"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","attributes":{"gen_ai.usage.input_tokens":1}})"),
      "endTimeUnixNano is no moment"));
  CHECK(contains(why(traces(span("eee19b7ec3c1b174", attribute("gen_ai.usage.input_tokens", R"({"intValue":1})")))),
                 "it names no model"));
}
