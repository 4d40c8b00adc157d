// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "events/vocabulary.hpp"

extern char** environ;

namespace creditfold::test {
namespace {

// What a child's descriptors 0 to 2 are.
class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  void open(int descriptor, const std::string& file, int flags) {
    ::posix_spawn_file_actions_addopen(&actions_, descriptor, file.c_str(), flags, 0600);
  }
  void use(int descriptor, int source) { ::posix_spawn_file_actions_adddup2(&actions_, source, descriptor); }

  pid_t spawn(const Words& words, const Words& environment) {
    std::vector<char*> arguments{const_cast<char*>(CREDITFOLD_PROGRAM)};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    std::vector<char*> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      if (!std::string_view(*variable).starts_with("CREDITFOLD_")) variables.push_back(*variable);
    }
    for (const std::string& variable : environment) variables.push_back(const_cast<char*>(variable.c_str()));
    variables.push_back(nullptr);
    pid_t pid = -1;
    if (::posix_spawn(&pid, CREDITFOLD_PROGRAM, &actions_, nullptr, arguments.data(), variables.data()) != 0) {
      throw std::runtime_error("cannot start " CREDITFOLD_PROGRAM);
    }
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
};

int status_of(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) throw std::runtime_error("the program is gone");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Ended run(const Words& words, std::string_view input, const Words& environment, const std::string& output) {
  const TemporaryDirectory directory;
  const auto file = [&](const char* name) { return (directory.path() / name).string(); };
  write_file(file("in"), input);
  Actions actions;
  actions.open(0, file("in"), O_RDONLY);
  actions.open(1, output.empty() ? file("out") : output, O_WRONLY | O_CREAT | O_TRUNC);
  actions.open(2, file("err"), O_WRONLY | O_CREAT | O_TRUNC);
  const int status = status_of(actions.spawn(words, environment));
  return {status, output.empty() ? read_file(file("out")) : "", read_file(file("err"))};
}

std::string ask(const Words& words, std::string_view input) {
  const Ended ended = run(words, input);
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  return ended.out;
}

Running::Running(const Words& words) {
  int input[2] = {}, output[2] = {};
  if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipes");
  Actions actions;
  actions.use(0, input[0]);
  actions.use(1, output[1]);
  actions.open(2, "/dev/null", O_WRONLY);
  pid_ = actions.spawn(words, {});
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  output_ = output[0];
}

Running::~Running() {
  close_input();
  ::close(output_);
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  static_cast<void>(status_of(pid_));
}

void Running::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(input_, text.data(), text.size());
    if (written < 0) throw std::runtime_error("the program takes no input");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Running::close_input() {
  if (input_ >= 0) ::close(std::exchange(input_, -1));
}

std::string Running::read_line() {
  constexpr int patience_ms = 10'000;
  for (;;) {
    const std::size_t end = read_ahead_.find('\n');
    if (end != std::string::npos) {
      std::string line = read_ahead_.substr(0, end);
      read_ahead_.erase(0, end + 1);
      return line;
    }
    pollfd waiting{output_, POLLIN, 0};
    char buffer[4096];
    if (::poll(&waiting, 1, patience_ms) <= 0) throw std::runtime_error("the program says nothing");
    const ssize_t got = ::read(output_, buffer, sizeof buffer);
    if (got <= 0) throw std::runtime_error("the program says nothing more");
    read_ahead_.append(buffer, static_cast<std::size_t>(got));
  }
}

int Running::wait() { return status_of(std::exchange(pid_, -1)); }

void Running::terminate() { ::kill(pid_, SIGTERM); }

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

boost::json::value json_of(std::string_view text) {
  return boost::json::parse(boost::json::string_view(text.data(), text.size()));
}

std::string at(const boost::json::value& value, const char* pointer) {
  boost::json::error_code error;
  const boost::json::value* found = value.find_pointer(pointer, error);
  const boost::json::string* text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

void write_file(const std::filesystem::path& file, std::string_view content) {
  std::ofstream out(file, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string opening(const std::string& account, const std::string& key_prefix, const std::string& day) {
  const std::string start = day + "T00:00:00Z";
  const std::string end = to_text(add_months(parse_instant(start).value(), 12));
  const std::string who = R"("account":")" + account + R"(","at":")" + start + R"(","key":")" + key_prefix;
  return R"({"command":"OpenAccount",)" + who + R"(1","environment":"commercial","region":"us"})" + "\n" +
         R"({"command":"StartTerm",)" + who +
         R"(2","product":"ai_studio","plan":"plus","cadence":"monthly","starts_at":")" + start + R"(","ends_at":")" +
         end + "\"}\n";
}

std::string usage(const std::string& account, const std::string& key, const std::string& at) {
  return R"({"command":"RecordUsage","account":")" + account + R"(","key":")" + key + R"(","at":")" + at +
         R"(","usage":")" + key + R"(","workflow":"triage","model":"gpt-4o","query":0,"input":1000,"output":0})" + "\n";
}

void fill(const std::filesystem::path& data) {
  std::string commands = opening("acme") + opening("zeta");
  for (int day = 1; day <= 9; ++day) {
    const std::string date = "2026-01-0" + std::to_string(day) + "T10:00:00Z";
    commands += usage("acme", "u" + std::to_string(day), date);
    if (day % 2 == 0) commands += usage("zeta", "u" + std::to_string(day), date);
  }
  commands += R"({"command":"PurchaseCredits","account":"acme","key":"p1","at":"2026-01-20T00:00:00Z","plan":"plus",)"
              R"("credits":"100000","periods":{"first":1,"last":2}})"
              "\n"
              R"({"command":"ClosePeriods","account":"acme","key":"c0","at":"2026-01-21T00:00:00Z"})"
              "\n"
              R"({"command":"ClosePeriods","account":"acme","key":"c1","at":"2026-02-01T01:00:00Z"})"
              "\n";
  for (const std::string& answer : lines_of(ask({"apply", "--data", data.string()}, commands))) {
    INFO(answer);
    REQUIRE(answer.find("\"accepted\"") != std::string::npos);
  }
}

}  // namespace creditfold::test
