// SPDX-License-Identifier: Apache-2.0
// The page's files, read into memory once at the start: types, compressed siblings, entity tags and how long each may
// be kept. A request is looked up by its whole path in that map, so that it can never name a file outside.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/service/reply.hpp"

namespace creditfold::service {

class StaticFiles {
 public:
  // No page: `/` answers a short text that says how to build it.
  StaticFiles() = default;
  // Throws Fault(unavailable) when the directory cannot be read, or is too large to be the page.
  explicit StaticFiles(const std::filesystem::path& directory);

  [[nodiscard]] bool exists(const std::string& path) const;
  // REQUIRES: exists(path).
  [[nodiscard]] Reply answer(const std::string& path, const std::optional<std::string>& accept_encoding,
                             const std::optional<std::string>& if_none_match) const;

 private:
  struct Variant {
    std::string etag;
    std::shared_ptr<const std::string> bytes;
  };
  struct File {
    std::string type;
    bool immutable = false;
    Variant identity;
    std::optional<Variant> br;
    std::optional<Variant> gzip;
  };
  [[nodiscard]] static Reply no_page();

  std::map<std::string, File> files_;  // by path, "/assets/index-1a2b3c4d.js"
};

// Whether the encoding is wanted (RFC 9110, section 12.5.3): named or "*", with a weight above 0.
[[nodiscard]] bool accepts_encoding(std::string_view header, std::string_view encoding);

// The page beside the executable: ../../web/dist in a build tree, else ../share/creditfold/web or share/creditfold/web.
[[nodiscard]] std::optional<std::filesystem::path> find_page();

}  // namespace creditfold::service
