// SPDX-License-Identifier: Apache-2.0
// The directory of a running service, over its HTTP API.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include <map>
#include <optional>

#include "events/log.hpp"
#include "ledger/cli/directory.hpp"
#include "ledger/cli/percent_encoded.hpp"

namespace creditfold::cli {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace json = boost::json;

using Responded = http::response<http::string_body>;

std::string address_of(const EntryName& name) {
  static const std::map<std::string, std::string> collections{
      {"person", "people"}, {"organization", "organizations"}, {"label", "labels"}};
  std::string address = "/v1/directory/" + collections.at(name.front());
  for (std::size_t i = 1; i < name.size(); ++i) address += "/" + percent_encoded(name[i]);
  return address;
}

EntryName entry_name_of(const directory::Entry& entry) {
  if (const auto* person = std::get_if<directory::Person>(&entry)) return {"person", person->person.value};
  if (const auto* organization = std::get_if<directory::Organization>(&entry)) {
    return {"organization", organization->organization.value};
  }
  const auto& label = std::get<directory::Label>(entry);
  return {"label", label.account.value, std::string(directory::to_name(label.kind)), label.id.value};
}

class RemoteDirectory final : public DirectoryAccess {
 public:
  RemoteDirectory(std::string url, std::optional<std::string> token) : url_(std::move(url)), token_(std::move(token)) {
    const std::string authority = url_.substr(std::string_view("http://").size());
    const std::size_t colon = authority.rfind(':');
    host_ = authority.substr(0, colon);
    port_ = colon == std::string::npos ? "80" : authority.substr(colon + 1);
  }

  [[nodiscard]] std::optional<std::string> get(const EntryName& name) override {
    const Responded response = exchange(http::verb::get, address_of(name));
    if (response.result() == http::status::not_found) return std::nullopt;
    require_ok(response);
    std::string entry = response.body();
    while (entry.ends_with('\n')) entry.pop_back();
    return entry;
  }

  [[nodiscard]] std::optional<directory::EntryFault> put(const directory::Entry& entry) override {
    const Responded response = exchange(http::verb::put, address_of(entry_name_of(entry)), directory::to_json(entry));
    if (response.result() != http::status::unprocessable_entity) {
      require_ok(response);
      return std::nullopt;
    }
    return directory::EntryFault{error_of(response, "place"), error_of(response, "message")};
  }

  [[nodiscard]] bool erase(const EntryName& name) override {
    const Responded response = exchange(http::verb::delete_, address_of(name));
    if (response.result() == http::status::not_found) return false;
    require_ok(response);
    return true;
  }

  [[nodiscard]] std::vector<std::string> list(const EntryName& what) override {
    std::vector<std::string> lines;
    std::string address = "/v1/directory/" + what.front();
    if (what.size() > 1) address += "/" + percent_encoded(what[1]);
    for (std::string after;;) {
      const Responded response = exchange(http::verb::get, after.empty() ? address : address + "?after=" + after);
      require_ok(response);
      const json::value page = json::parse(response.body());
      const json::object& object = page.as_object();
      for (const json::value& entry : object.at(what.front()).as_array()) {
        lines.push_back(json::serialize(entry));
        after = percent_encoded(std::string(entry.as_object().begin()->value().as_string()));
      }
      if (!object.at("more").as_bool()) return lines;
    }
  }

 private:
  Responded exchange(http::verb verb, const std::string& target, const std::string& body = {}) {
    try {
      asio::io_context context;
      asio::ip::tcp::resolver resolver(context);
      asio::ip::tcp::socket socket(context);
      const bool literal = host_.starts_with('[') && host_.ends_with(']');
      asio::connect(socket, resolver.resolve(literal ? host_.substr(1, host_.size() - 2) : host_, port_));
      http::request<http::string_body> request(verb, target, 11);
      request.set(http::field::host, host_ + ":" + port_);
      request.set(http::field::user_agent, "creditfold");
      request.set(http::field::connection, "close");
      if (token_) request.set(http::field::authorization, "Bearer " + *token_);
      if (!body.empty()) request.set(http::field::content_type, "application/json");
      request.body() = body;
      request.prepare_payload();
      http::write(socket, request);
      boost::beast::flat_buffer buffer;
      http::response_parser<http::string_body> parser;
      parser.body_limit(boost::none);  // the service is ours, and answers what it was asked
      http::read(socket, buffer, parser);
      return parser.release();
    } catch (const boost::system::system_error& error) {
      throw Fault(Fault::Kind::unavailable, "the service at " + url_ + ": " + error.code().message());
    }
  }

  static std::string error_of(const Responded& response, const char* field) {
    json::error_code error;
    const json::value value = json::parse(response.body(), error);
    const json::value* found = error ? nullptr : value.find_pointer(std::string("/error/") + field, error);
    const json::string* text = found ? found->if_string() : nullptr;
    return text ? std::string(text->data(), text->size()) : "status " + std::to_string(response.result_int());
  }

  void require_ok(const Responded& response) const {
    if (response.result() == http::status::ok) return;
    if (response.result() == http::status::unauthorized) {
      throw Fault(Fault::Kind::read_only, "the service at " + url_ +
                                              " asks for a token: run this as the owner of its data " +
                                              "directory, or put one into CREDITFOLD_TOKEN");
    }
    throw Fault(Fault::Kind::unavailable, "the service at " + url_ + ": " + error_of(response, "message"));
  }

  std::string url_;
  std::optional<std::string> token_;
  std::string host_;
  std::string port_;
};

}  // namespace

std::unique_ptr<DirectoryAccess> open_remote_directory(const std::string& url, std::optional<std::string> token) {
  return std::make_unique<RemoteDirectory>(url, std::move(token));
}

}  // namespace creditfold::cli
