// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/local_key_service.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "ledger/key_arn.hpp"

namespace creditfold::keyring {
namespace {

// The file: a line that says what it is, then the secret. A ciphertext: a mark, a nonce, the sealed bytes.
constexpr std::string_view file_head = "creditfold local keys 1\n";
constexpr std::array<std::uint8_t, 4> mark{'C', 'F', 'L', '1'};
constexpr std::size_t master_bytes = crypto_generichash_KEYBYTES;
constexpr std::size_t wrap_nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t wrap_tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

KeyFault file_fault(const std::filesystem::path& file, const std::string& why) {
  return {.code = "local_file", .what = "The local key file " + file.string() + " " + why + ".", .may_pass = false};
}

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

// Whole, or nothing of it is there.
bool write_fresh(const std::filesystem::path& file) {
  Secret content(file_head.size() + master_bytes);
  std::copy(file_head.begin(), file_head.end(), content.data());
  randombytes_buf(content.data() + file_head.size(), master_bytes);
  const std::filesystem::path beside = file.string() + ".new";
  ::unlink(beside.c_str());  // of a program that was killed here
  {
    const Descriptor made(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (made.number() < 0) return false;
    const ssize_t written = ::write(made.number(), content.data(), content.size());
    if (written != static_cast<ssize_t>(content.size()) || ::fsync(made.number()) != 0) return false;
  }
  const bool linked = ::link(beside.c_str(), file.c_str()) == 0 || errno == EEXIST;  // never over another's
  ::unlink(beside.c_str());
  return linked;
}

}  // namespace

Expected<Secret, KeyFault> LocalKeyService::key_of(const KeyArn& key, bool make) {
  const std::lock_guard lock(mutex_);
  start_sodium();
  int opened = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (opened < 0 && errno == ENOENT && make) {
    if (!write_fresh(file_))
      return Unexpected{file_fault(file_, "could not be made: " + std::string(std::strerror(errno)))};
    opened = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  }
  const Descriptor descriptor(opened);
  if (opened < 0) return Unexpected{file_fault(file_, "could not be read: " + std::string(std::strerror(errno)))};
  struct stat about {};
  if (::fstat(opened, &about) != 0 || (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Unexpected{file_fault(file_, "can be read by others than its owner; chmod 600 it")};
  }
  Secret content(file_head.size() + master_bytes);
  const bool whole = ::read(opened, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  if (!whole || !std::equal(file_head.begin(), file_head.end(), content.data())) {
    return Unexpected{file_fault(file_, "is none")};
  }
  Secret derived(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  crypto_generichash(derived.data(), derived.size(), bytes_of(key.value), key.value.size(),
                     content.data() + file_head.size(), master_bytes);
  return derived;
}

Expected<Ciphertext, KeyFault> LocalKeyService::encrypt(const KeyArn& key, const AccountId& account,
                                                        const Secret& plain) {
  auto secret = key_of(key, true);
  if (!secret) return Unexpected{secret.error()};
  Ciphertext out(mark.size() + wrap_nonce_bytes + plain.size() + wrap_tag_bytes);
  std::copy(mark.begin(), mark.end(), out.begin());
  std::uint8_t* nonce = out.data() + mark.size();
  randombytes_buf(nonce, wrap_nonce_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + wrap_nonce_bytes, nullptr, plain.data(), plain.size(),
                                             bytes_of(account.value), account.value.size(), nullptr, nonce,
                                             secret->data());
  return out;
}

Expected<Secret, KeyFault> LocalKeyService::decrypt(const KeyArn& key, const AccountId& account,
                                                    const Ciphertext& ciphertext) {
  const bool ours = ciphertext.size() >= mark.size() + wrap_nonce_bytes + wrap_tag_bytes &&
                    std::equal(mark.begin(), mark.end(), ciphertext.begin());
  if (!ours) return Unexpected{KeyFault{"not_local", "The data key was not wrapped by the local key service.", false}};
  auto secret = key_of(key, false);
  if (!secret) return Unexpected{secret.error()};
  const std::uint8_t* nonce = ciphertext.data() + mark.size();
  const std::size_t sealed = ciphertext.size() - mark.size() - wrap_nonce_bytes;
  Secret plain(sealed - wrap_tag_bytes);
  const int failed =
      crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, nonce + wrap_nonce_bytes, sealed,
                                                 bytes_of(account.value), account.value.size(), nonce, secret->data());
  if (failed != 0)
    return Unexpected{KeyFault{"invalid_ciphertext", "The local key does not open this data key.", false}};
  return plain;
}

Expected<Ciphertext, KeyFault> LocalKeyService::re_encrypt(const KeyArn& from, const KeyArn& to,
                                                           const AccountId& account, const Ciphertext& ciphertext) {
  auto plain = decrypt(from, account, ciphertext);
  if (!plain) return Unexpected{plain.error()};
  return encrypt(to, account, *plain);
}

Expected<KeyDescription, KeyFault> LocalKeyService::describe(const KeyArn& key) {
  const auto parts = parse_key_arn(key.value);
  if (!parts) return Unexpected{KeyFault{"malformed", "This is no ARN of a KMS key.", false}};
  return KeyDescription{
      .aws_account = std::string(parts->account), .enabled = true, .state = "Enabled", .usage = "ENCRYPT_DECRYPT"};
}

}  // namespace creditfold::keyring
