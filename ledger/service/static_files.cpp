// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/static_files.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <system_error>

#include "events/log.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/words.hpp"

namespace creditfold::service {
namespace fs = std::filesystem;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> types{{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".map", "application/json; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
    {".xml", "application/xml; charset=utf-8"},
}};

// wasm needs 'wasm-unsafe-eval'; charts set styles on elements; nothing is loaded from or sent to anywhere else.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view type_of(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  for (const auto& [known, type] : types) {
    if (known == extension) return type;
  }
  return "application/octet-stream";
}

// The bundler puts a hash of the content into the name: assets/index-1a2b3c4d.js. Such a name never changes its bytes.
bool has_hash(const std::string& path) {
  if (!path.starts_with("/assets/")) return false;
  const std::string stem = fs::path(path).stem().string();
  const std::size_t dash = stem.size() < 9 ? std::string::npos : stem.size() - 9;
  if (dash == std::string::npos || stem[dash] != '-') return false;
  return std::all_of(stem.begin() + static_cast<std::ptrdiff_t>(dash) + 1, stem.end(),
                     [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; });
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (!file) throw Fault(Fault::Kind::unavailable, "cannot read " + path.string());
  return bytes;
}

// Calls `visit` for each element of a comma-separated header until it returns true.
template <class Visit>
bool any_element(std::string_view header, Visit&& visit) {
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    if (visit(trimmed(header.substr(0, comma)))) return true;
    header.remove_prefix(std::min(comma + 1, header.size()));
  }
  return false;
}

bool matches(std::string_view if_none_match, std::string_view etag) {
  return any_element(if_none_match, [&](std::string_view known) {
    if (known.starts_with("W/")) known.remove_prefix(2);
    return known == "*" || known == etag;
  });
}

}  // namespace

bool accepts_encoding(std::string_view header, std::string_view encoding) {
  std::optional<bool> named;
  std::optional<bool> any;
  any_element(header, [&](std::string_view element) {
    const std::size_t semicolon = std::min(element.find(';'), element.size());
    const std::string_view name = trimmed(element.substr(0, semicolon));
    const std::string_view weight = trimmed(element.substr(std::min(semicolon + 1, element.size())));
    const bool wanted = !(weight.starts_with("q=0") && weight.find_first_not_of("0.", 3) == std::string_view::npos);
    if (name == encoding) named = wanted;
    if (name == "*") any = wanted;
    return false;
  });
  return named.value_or(any.value_or(false));
}

StaticFiles::StaticFiles(const fs::path& directory) {
  std::map<std::string, std::string> found;
  std::size_t bytes = 0;
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
      if (!entry.is_regular_file()) continue;
      std::string content = read_file(entry.path());
      bytes += content.size();
      if (bytes > page_bytes_max || found.size() >= page_files_max) {
        throw Fault(Fault::Kind::unavailable, directory.string() + " is too large to be the page");
      }
      found.emplace((fs::path("/") / entry.path().lexically_relative(directory)).generic_string(), std::move(content));
    }
  } catch (const fs::filesystem_error& error) {
    throw Fault(Fault::Kind::unavailable, error.what());
  }
  const auto variant = [&](const std::string& path, std::string_view suffix) -> std::optional<Variant> {
    const auto entry = found.find(path + std::string(suffix));
    if (entry == found.end()) return std::nullopt;
    std::string etag("\"");
    etag.append(to_hex(digest_of(entry->second))).append("\"");
    return Variant{std::move(etag), std::make_shared<const std::string>(entry->second)};
  };
  for (const auto& [path, content] : found) {
    if (path.ends_with(".br") || path.ends_with(".gz")) continue;
    files_.emplace(path, File{std::string(type_of(path)), has_hash(path), *variant(path, ""), variant(path, ".br"),
                              variant(path, ".gz")});
  }
  if (const auto index = files_.find("/index.html"); index != files_.end()) {
    File copy = index->second;
    files_.emplace("/", std::move(copy));
  }
}

bool StaticFiles::exists(const std::string& path) const { return path == "/" || files_.count(path) > 0; }

Reply StaticFiles::no_page() {
  Reply reply;
  reply.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-cache"}};
  reply.body =
      "The service runs; its page is not built. Build it with scripts/build and start the service again.\n"
      "The API is described at /openapi.json.\n";
  return reply;
}

Reply StaticFiles::answer(const std::string& path, const std::optional<std::string>& accept_encoding,
                          const std::optional<std::string>& if_none_match) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return no_page();
  const File& file = found->second;
  const std::string accepted = accept_encoding.value_or("");
  const Variant* variant = &file.identity;
  Reply reply;
  reply.headers = {
      {"Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Content-Security-Policy", std::string(page_policy)},
  };
  if (file.br || file.gzip) reply.headers.emplace_back("Vary", "Accept-Encoding");
  if (file.br && accepts_encoding(accepted, "br")) {
    variant = &*file.br;
    reply.headers.emplace_back("Content-Encoding", "br");
  } else if (file.gzip && accepts_encoding(accepted, "gzip")) {
    variant = &*file.gzip;
    reply.headers.emplace_back("Content-Encoding", "gzip");
  }
  reply.headers.emplace_back("ETag", variant->etag);
  if (if_none_match && matches(*if_none_match, variant->etag)) {
    reply.status = Status::not_modified;
    return reply;
  }
  reply.headers.emplace_back("Content-Type", file.type);
  reply.shared_body = variant->bytes;
  return reply;
}

std::optional<fs::path> find_page() {
  std::error_code failed;
  const fs::path executable = fs::read_symlink("/proc/self/exe", failed);
  if (failed) return std::nullopt;
  const fs::path folder = executable.parent_path();
  const fs::path build_tree = folder / "../../web/dist";
  for (const fs::path& candidate : {build_tree, folder / "../share/creditfold/web", folder / "share/creditfold/web"}) {
    if (fs::is_regular_file(candidate / "index.html", failed)) return candidate.lexically_normal();
  }
  return std::nullopt;
}

}  // namespace creditfold::service
