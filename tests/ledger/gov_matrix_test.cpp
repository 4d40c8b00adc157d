// SPDX-License-Identifier: Apache-2.0
// GOV-2: the matrix is whole, honest in form, and names only what there is. (Commands are tried in tests/cli.)
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "ledger/gov_matrix.hpp"

using namespace creditfold;
using namespace creditfold::gov;

namespace {

std::string file_text(const std::string& name) {
  std::ifstream file(std::string(SOURCE_DIRECTORY) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("GOV-2: every row says whose part it is, how it is met and what the customer does") {
  std::set<std::string_view> ids;
  for (const Control& control : controls()) {
    INFO(control.id);
    CHECK(ids.insert(control.id).second);
    CHECK_FALSE(control.title.empty());
    CHECK_FALSE(control.how.empty());
    CHECK_FALSE(control.customer.empty());
    CHECK((control.met == Met::met || control.met == Met::customer) == control.gap.empty());
    CHECK_FALSE(control.parts.front().name.empty());
    CHECK((control.responsible == Responsible::customer) == (control.met == Met::customer));
  }
  for (const char* wanted :
       {"AC-3", "AU-2", "AU-9", "AU-10", "AU-11", "CP-9", "IA-5", "SC-8", "SC-12", "SC-13", "SC-28", "SI-7", "SI-10"}) {
    INFO(wanted);
    CHECK(ids.count(wanted) == 1);
  }
}

TEST_CASE("GOV-2: every file the matrix names is there, and every address is described") {
  const std::string openapi = file_text("ledger/service/openapi.json");
  const boost::json::value described = boost::json::parse(openapi);
  for (const Control& control : controls()) {
    for (const Part& part : control.parts) {
      if (part.name.empty()) continue;
      INFO(control.id << " names " << part.name);
      if (part.kind == Part::Kind::file) CHECK_FALSE(file_text(std::string(part.name)).empty());
      if (part.kind == Part::Kind::command) CHECK(part.name.substr(0, 11) == "creditfold ");
      if (part.kind != Part::Kind::endpoint) continue;
      const std::size_t blank = part.name.find(' ');
      const std::string method = part.name.substr(0, blank) == "GET" ? "get" : "post";
      const std::string path(part.name.substr(blank + 1));
      const auto& paths = described.at("paths").as_object();
      REQUIRE(paths.contains(path));
      CHECK(paths.at(path).as_object().contains(method));
    }
  }
}

TEST_CASE("GOV-2: the matrix as JSON holds every row and says that it is confidential") {
  const boost::json::value matrix = boost::json::parse(matrix_json());
  CHECK(matrix.at("matrix").as_string() == std::string(matrix_version));
  CHECK(matrix.at("confidential").as_bool());
  CHECK(matrix.at("controls").as_array().size() == controls().size());
}
