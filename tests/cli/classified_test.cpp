// SPDX-License-Identifier: Apache-2.0
// GOV-3 through every door of the program: marked content goes in by commands, files, words and a running service, and
// then every byte of what was said and of every file is searched for it.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "events/store/directory_lock.hpp"
#include "tests/cli/program.hpp"

using namespace creditfold::test;

namespace {

const std::string well = "wellhead-at-51.5";
const std::string marked = "SECRET//NOFORN " + well;

std::string usage_with(const std::string& field, const std::string& value, const std::string& key) {
  return R"({"command":"RecordUsage","account":"acme","key":")" + key +
         R"(","at":"2026-01-16T00:00:00Z","usage":"u","workflow":"w",)"
         R"("model":"gpt-4o","query":0,"input":1,"output":1,")" +
         field + R"(":")" + value + R"("})";
}

std::string commands() {
  std::string text;
  int number = 0;
  for (const char* field : {"memo", "actor", "plan", "settles", "classification", "unheard-of"}) {
    text += usage_with(field, marked, "k" + std::to_string(++number)) + "\n";
  }
  text += usage_with("memo", "m", marked) + "\n" + usage_with(marked, "m", "k") + "\n";
  text +=
      R"({"command":"GrantCredits","account":"acme","key":"g","plan":"plus","credits":"1","kind":"promotion","period":1,"reason":")" +
      marked + "\"}\n";
  text += R"({"command":"SetConsent","account":"acme","key":"c","feature":")" + marked + R"(","granted":true})" "\n";
  text += R"({"command":"AcceptTerms","account":"acme","key":"t","terms":")" + marked + "\"}\n";
  text += R"({"command":"ClosePeriods","account":")" + marked + R"(","key":"p"})" "\n";
  text += marked + "\n{\"memo\":\"" + marked + "\n" + R"({"memo":")" + marked + R"(","memo":")" + marked + "\"}\n";
  return text;
}

struct Searched {
  std::string said;  // everything on both streams
  void take(const Ended& ended) { said += ended.out + ended.err; }
  void check() const {
    CHECK_FALSE(said.empty());
    CHECK(said.find(well) == std::string::npos);
    CHECK(said.find("NOFORN") == std::string::npos);
  }
};

void check_files(const std::filesystem::path& directory, std::size_t at_least) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    INFO(entry.path());
    const std::string bytes = read_file(entry.path());
    CHECK(bytes.find(well) == std::string::npos);
    CHECK(bytes.find("NOFORN") == std::string::npos);
  }
  CHECK(files >= at_least);
}

// Through every door that takes commands; the data directory is alone in its folder.
void send_everything(const std::string& data, const std::filesystem::path& inputs, Searched& searched) {
  const Ended applied = run({"apply", "--data", data}, commands());
  CHECK(applied.status == 0);
  CHECK(applied.out.find("accepted") == std::string::npos);
  searched.take(applied);
  const auto import = [&](const char* format, const std::string& name, const std::string& content) {
    write_file(inputs / name, content);
    const Ended ended =
        run({"import", "--data", data, "--format", format, "--account", "acme", "--json", (inputs / name).string()});
    CHECK(json_of(ended.out).at("charged").as_int64() == 0);
    CHECK(json_of(ended.out).at("refused").at("classified").as_int64() >= 1);
    searched.take(ended);
  };
  import("azure-llm", "a.csv",
         "TIMESTAMP,ContextTokens,GeneratedTokens,note\n2026-01-16 18:15:46,1,1," + marked + "\n" + marked +
             ",1,1,x\n\"" + marked + "\n");
  const std::string event =
      R"({"specversion":"1.0","id":"1","source":"s","type":"io.creditfold.usage.v1","time":"2026-01-16T00:00:00Z",)";
  import("cloudevents", "c.jsonl",
         event + R"("data":{"workflow":")" + marked +
             R"(","model":"gpt-4o","input":1,"output":1}})"
             "\n" +
             event + R"("data":{"model":"gpt-4o","input":1,"output":1,"prompt":")" + marked +
             R"("}})"
             "\n" +
             event + "\"" + marked + "\":1}\n" + marked + "\n");
  import(
      "otel-genai", "o.jsonl",
      R"({"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","endTimeUnixNano":"1768587346680590000",)"
      R"("attributes":{"gen_ai.usage.input_tokens":1,"gen_ai.input.messages":")" +
          marked +
          R"("}})"
          "\n" +
          marked + "\n");
  const Ended entries =
      run({"directory", "--data", data, "put"},
          R"({"person":"u-1","name":")" + marked + "\"}\n" + R"({"organization":"o-1","name":"N",")" + marked +
              "\":1}\n" + R"({"label":"team","account":"acme","id":"t","name":")" + marked + "\"}\n" + marked + "\n");
  CHECK(entries.status == 1);
  CHECK(entries.err.find("GOV-3") != std::string::npos);
  searched.take(entries);
}

}  // namespace

TEST_CASE("GOV-3: no door of the command line lets marked content into a file, an answer or a message") {
  const TemporaryDirectory directory, inputs;
  const std::string data = directory.data().string();
  static_cast<void>(ask({"apply", "--data", data}, opening("acme")));
  const std::string before = ask({"export", "--data", data, "--format", "jsonl"});
  Searched searched;
  send_everything(data, inputs.path(), searched);
  for (const Words& words :
       {Words{"balance", "--data", data, "--account", marked},
        Words{"balance", "--data", data, "--account=" + marked, "--json"}, Words{"balance", "--data", marked},
        Words{"consents", "--data", data, "--account", marked},
        Words{"estimate", "--data", data, "--account", "acme", "--model", marked},
        Words{"export", "--data", data, "--format", marked},
        Words{"export", "--data", data, "--format", "jsonl", "--output", marked}, Words{"verify", marked},
        Words{"replay", marked},
        Words{"import", "--data", data, "--format", "azure-llm", "--workflow", marked, "x.csv"}, Words{marked},
        Words{"tokens", "create", "--data", data, "--operator", "--label", marked},
        Words{"gov", "matrix", "--data", data, "--account", marked}, Words{"apply", "--data", data, marked},
        Words{"apply", "--data", data, "--catalog", marked}}) {
    const Ended ended = run(words);
    CHECK(ended.status == 1);
    searched.take(ended);
  }
  const auto catalog = inputs.path() / "catalog.json";
  write_file(catalog, R"({"catalog":"x","plans":{")" + marked + R"(":1}})");
  searched.take(run({"apply", "--data", data, "--catalog", catalog.string()}));
  searched.check();
  CHECK(ask({"export", "--data", data, "--format", "jsonl"}) == before);
  check_files(directory.path(), 2);
}

TEST_CASE("GOV-3: nor where no region is there yet, or there are several and the command's account is in none") {
  const TemporaryDirectory directory;
  const std::string data = directory.data().string();
  const auto open = [](const std::string& account, const std::string& key) {
    return R"({"command":"OpenAccount","account":")" + account + R"(","key":")" + key +
           R"(","at":"2026-01-01T00:00:00Z","environment":"commercial","region":"eu"})" "\n";
  };
  const auto use = [](const std::string& account, const std::string& key) {
    return R"({"command":"RecordUsage","account":")" + account + R"(","key":")" + key +
           R"(","usage":"u","workflow":"w",)"
           R"("model":"gpt-4o","query":0,"input":1,"output":1})"
           "\n";
  };
  const std::string sent = use(marked, "k") + use("nobody", marked) + open(marked, "k") + open("nobody", marked);
  Searched searched;
  const auto refused = [&] {
    const std::string answers = ask({"apply", "--data", data}, sent);
    CHECK(lines_of(answers).size() == 4);
    for (const std::string& answer : lines_of(answers)) {
      CHECK_FALSE(at(json_of(answer), "/refused/code").empty());
      CHECK(json_of(answer).at("refused").at("details").as_object().empty());
    }
    searched.said += answers;
  };
  refused();
  static_cast<void>(ask({"apply", "--data", data}, opening("acme") + open("nova", "o")));
  refused();
  searched.check();
}

TEST_CASE("GOV-3: nor does any door beside a running service, nor the service's own log") {
  const TemporaryDirectory directory, inputs;
  const std::string data = directory.data().string();
  static_cast<void>(ask({"apply", "--data", data}, opening("acme")));
  Searched searched;
  const auto err = inputs.path() / "service.err";
  {
    // Through a shell, so that what the service says goes into a file.
    const std::string serve = "exec '" + std::string(CREDITFOLD_PROGRAM) +
                              "' serve --debug --listen 127.0.0.1:0 --data '" + data + "' 2>'" + err.string() +
                              "' & echo $! > '" + (inputs.path() / "pid").string() + "'";
    REQUIRE(std::system(serve.c_str()) == 0);
    for (int attempt = 0; attempt < 200; ++attempt) {
      const auto holder = creditfold::lock_holder(data);
      if (holder && holder->text.starts_with("http://")) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    send_everything(data, inputs.path(), searched);
    const pid_t pid = std::stoi(read_file(inputs.path() / "pid"));
    ::kill(pid, SIGTERM);
    for (int attempt = 0; attempt < 200 && creditfold::lock_holder(data); ++attempt)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  searched.said += read_file(err);
  CHECK(searched.said.find("/v1/commands") != std::string::npos);  // the log was on
  searched.check();
  check_files(directory.path(), 2);
}
