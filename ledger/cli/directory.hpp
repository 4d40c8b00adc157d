// SPDX-License-Identifier: Apache-2.0
// The directory of a data directory, or of the service that holds it. Both answer the same.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/directory/entries.hpp"

namespace creditfold::cli {

// Which entry: {"person", "u-101"}, {"organization", "o-1"} or {"label", "acme", "workflow", "triage"}.
using EntryName = std::vector<std::string>;

class DirectoryAccess {
 public:
  virtual ~DirectoryAccess() = default;
  // As JSON; nothing: there is none.
  [[nodiscard]] virtual std::optional<std::string> get(const EntryName& name) = 0;
  // Nothing: it is put; otherwise why not, with its place.
  [[nodiscard]] virtual std::optional<directory::EntryFault> put(const directory::Entry& entry) = 0;
  // false: there was none.
  [[nodiscard]] virtual bool erase(const EntryName& name) = 0;
  // {"people"}, {"organizations"} or {"labels", "acme"}, all of them, each as JSON.
  [[nodiscard]] virtual std::vector<std::string> list(const EntryName& what) = 0;
};

// Throws Fault busy when a process that is no service holds the directory.
[[nodiscard]] std::unique_ptr<DirectoryAccess> open_directory(const std::string& data);
// Through a service at `url`, showing it the token if there is one.
[[nodiscard]] std::unique_ptr<DirectoryAccess> open_remote_directory(const std::string& url,
                                                                     std::optional<std::string> token);

}  // namespace creditfold::cli
