// SPDX-License-Identifier: Apache-2.0
// Bearer tokens of a data directory: made, kept, found again, taken back. A token is 256 random bits, shown once; the
// file holds a hash of it, readable by its owner alone. Random bits, hashes and comparisons are libsodium's.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/vocabulary.hpp"

namespace creditfold::edge {

// A list for people to look through, not a user base.
inline constexpr std::size_t tokens_max = 1'000;
// What a token is for, in its maker's words.
inline constexpr std::size_t label_bytes_max = 128;

// Whom a token stands for and what it may do.
struct Scope {
  std::optional<AccountId> account;  // nothing: the operator, for every account
  bool write = false;                // of an account; an operator reads and writes
  [[nodiscard]] bool is_operator() const { return !account.has_value(); }
};

struct TokenRecord {
  std::string id;  // 12 hexadecimal digits; names the token without being it
  Scope scope;
  std::string label;
  Instant created_at;
  std::optional<Instant> expires_at;
  std::optional<Instant> revoked_at;
  std::string hash;  // of the token, in hexadecimal digits

  [[nodiscard]] bool live(Instant at) const { return !revoked_at && (!expires_at || at < *expires_at); }
};

struct NewToken {
  TokenRecord record;
  std::string token;  // never shown again
};

// The tokens of a directory, in DIR/tokens.json. Each call reads the file, and a change replaces it whole: a reader
// sees the one or the other. Throws Fault: damaged (also when others than its owner may read it), read_only, full.
class TokenFile {
 public:
  explicit TokenFile(const std::filesystem::path& directory);

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] std::vector<TokenRecord> read() const;  // in the order made
  [[nodiscard]] NewToken create(const Scope& scope, const std::string& label, Instant now,
                                std::optional<Instant> expires_at);
  // The record as it is now; nothing: there is none of this id. A token that is revoked already stays as it is.
  [[nodiscard]] std::optional<TokenRecord> revoke(const std::string& id, Instant now);

 private:
  void replace(const std::vector<TokenRecord>& records) const;

  std::filesystem::path directory_;
  std::filesystem::path file_;
};

// A token of a running process for whoever owns its directory: 0600 in DIR/service.token, gone with the process. How
// the command line speaks to a service that asks for tokens.
class ProcessToken {
 public:
  explicit ProcessToken(const std::filesystem::path& directory);
  ~ProcessToken();
  ProcessToken(const ProcessToken&) = delete;
  ProcessToken& operator=(const ProcessToken&) = delete;
  [[nodiscard]] const std::string& hash() const { return hash_; }

 private:
  std::filesystem::path file_;
  std::string hash_;
};
// Nothing: no process left one, or it is not ours to read.
[[nodiscard]] std::optional<std::string> read_process_token(const std::filesystem::path& directory);

// Who sent a token, found in the file as it is at this moment. Safe from any thread.
class TokenCheck {
 public:
  // `directory`: nothing for a service without one, which then has no tokens. `process_hash`: empty for none.
  TokenCheck(std::optional<std::filesystem::path> directory, std::string process_hash);

  // Whether tokens are asked for: from the first one made on, also when all are revoked, so that taking the last one
  // back never opens the service. Throws Fault when the file cannot be read: then nobody is let in.
  [[nodiscard]] bool required();
  // The scope of a token that is live; nothing for any other text.
  [[nodiscard]] std::optional<Scope> find(std::string_view token, Instant now);

 private:
  void refresh();  // under the mutex

  std::optional<TokenFile> file_;
  std::string process_hash_;
  std::mutex mutex_;
  struct Seen {
    ino_t inode = 0;
    std::int64_t size = -1;  // -1: there is no file
    timespec changed{};
  };
  Seen seen_;
  std::vector<TokenRecord> records_;
};

}  // namespace creditfold::edge
