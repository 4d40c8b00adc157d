// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/tokens.hpp"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "events/log.hpp"
#include "events/store/files.hpp"
#include "ledger/edge/private_file.hpp"
#include "ledger/edge/token_json.hpp"

namespace creditfold::edge {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t id_bytes = 6;
// "cf_" id "_" secret: people and scanners for leaked secrets recognise it.
constexpr std::string_view prefix = "cf_";
constexpr std::string_view process_prefix = "cf_process_";
static_assert(token_id_digits == 2 * id_bytes);

void need_sodium() {
  if (sodium_init() < 0) throw Fault(Fault::Kind::unavailable, "libsodium cannot be started: no source of random bits");
}

template <std::size_t Size>
std::string hex_of(const std::array<unsigned char, Size>& bytes) {
  std::array<char, 2 * Size + 1> text{};
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  return {text.data(), 2 * Size};
}

// The whole token is hashed. It is random, not chosen by a person: a plain hash is as good as a slow one.
std::string hash_of(std::string_view token) {
  std::array<unsigned char, hash_bytes> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     nullptr, 0);
  return hex_of(hash);
}

std::string random_secret() {
  std::array<unsigned char, secret_bytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::array<char, sodium_base64_ENCODED_LEN(secret_bytes, variant)> text{};
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  return text.data();
}

bool same_hash(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

TokenFile::TokenFile(const std::filesystem::path& directory)
    : directory_(directory), file_(directory / "tokens.json") {}

std::vector<TokenRecord> TokenFile::read() const {
  const auto content = read_private_file(file_);
  if (!content) return {};
  auto records = parse_tokens(*content);
  if (!records) throw Fault(Fault::Kind::damaged, file_.string() + ": " + records.error());
  return std::move(*records);
}

void TokenFile::replace(const std::vector<TokenRecord>& records) const {
  write_private_file(file_, tokens_json(records));
}

NewToken TokenFile::create(const Scope& scope, const std::string& label, Instant now,
                           std::optional<Instant> expires_at) {
  need_sodium();
  make_private_directory(directory_);
  const FileLock lock(directory_ / "tokens.lock");
  std::vector<TokenRecord> records = read();
  if (records.size() >= tokens_max) {
    throw Fault(Fault::Kind::full,
                file_.string() + " has " + std::to_string(tokens_max) + " tokens, which is all it takes");
  }
  std::array<unsigned char, id_bytes> id{};
  randombytes_buf(id.data(), id.size());
  NewToken made{.record = {.id = hex_of(id),
                           .scope = scope,
                           .label = label,
                           .created_at = now,
                           .expires_at = expires_at,
                           .revoked_at = std::nullopt,
                           .hash = {}},
                .token = {}};
  made.token = std::string(prefix) + made.record.id + "_" + random_secret();
  made.record.hash = hash_of(made.token);
  records.push_back(made.record);
  replace(records);
  return made;
}

std::optional<TokenRecord> TokenFile::revoke(const std::string& id, Instant now) {
  if (!read_private_file(file_)) return std::nullopt;
  const FileLock lock(directory_ / "tokens.lock");
  std::vector<TokenRecord> records = read();
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& record) { return record.id == id; });
  if (found == records.end()) return std::nullopt;
  if (!found->revoked_at) {
    found->revoked_at = now;
    replace(records);
  }
  return *found;
}

ProcessToken::ProcessToken(const std::filesystem::path& directory) : file_(directory / "service.token") {
  need_sodium();
  const std::string token = std::string(process_prefix) + random_secret();
  hash_ = hash_of(token);
  write_private_file(file_, token);
}

ProcessToken::~ProcessToken() { ::unlink(file_.c_str()); }

std::optional<std::string> read_process_token(const std::filesystem::path& directory) {
  try {
    return read_private_file(directory / "service.token");
  } catch (const Fault&) {
    return std::nullopt;
  }
}

TokenCheck::TokenCheck(std::optional<std::filesystem::path> directory, std::string process_hash)
    : process_hash_(std::move(process_hash)) {
  need_sodium();
  if (directory) file_.emplace(*directory);
}

// One call of the system where nothing has changed. A file that is replaced is another one.
void TokenCheck::refresh() {
  if (!file_) return;
  struct stat status {};
  const bool there = ::stat(file_->file().c_str(), &status) == 0;
  if (!there && errno != ENOENT) throw_errno(file_->file());
  Seen now;
  if (there) now = {status.st_ino, status.st_size, status.st_mtim};
  const bool same = now.inode == seen_.inode && now.size == seen_.size && now.changed.tv_sec == seen_.changed.tv_sec &&
                    now.changed.tv_nsec == seen_.changed.tv_nsec;
  if (same) return;
  records_ = file_->read();
  seen_ = now;
}

bool TokenCheck::required() {
  const std::lock_guard lock(mutex_);
  refresh();
  return !records_.empty();
}

std::optional<Scope> TokenCheck::find(std::string_view token, Instant now) {
  const std::string hash = hash_of(token);
  if (!process_hash_.empty() && same_hash(hash, process_hash_)) return Scope{};
  const std::lock_guard lock(mutex_);
  refresh();
  // The id says which record to compare with; ids are no secret.
  if (!token.starts_with(prefix) || token.size() < prefix.size() + token_id_digits) return std::nullopt;
  const std::string_view id = token.substr(prefix.size(), token_id_digits);
  const auto found =
      std::find_if(records_.begin(), records_.end(), [&](const auto& record) { return record.id == id; });
  if (found == records_.end() || !same_hash(hash, found->hash) || !found->live(now)) return std::nullopt;
  return found->scope;
}

}  // namespace creditfold::edge
