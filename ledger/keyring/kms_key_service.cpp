// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/kms_key_service.hpp"

#include <sodium.h>
#include <boost/json.hpp>

#include <algorithm>

#include "ledger/json_writer.hpp"
#include "ledger/keyring/limits.hpp"

namespace creditfold::keyring {
namespace {

namespace json = boost::json;

constexpr std::string_view context_name = "creditfold-account";

KeyFault bad_answer() {
  return {.code = "bad_answer", .what = "AWS KMS answered with something else than was asked.", .may_pass = false};
}

// An answer's JSON, parsed into memory that is wiped.
class Parsed {
 public:
  explicit Parsed(const SecretText& answer) : memory_(parsed_bytes_max), resource_(memory_.data(), memory_.size()) {
    json::error_code failed;
    try {
      value_.emplace(json::parse(json::string_view(answer.view().data(), answer.view().size()), failed, &resource_));
    } catch (const std::exception&) {
      value_.reset();
    }
    if (failed) value_.reset();
  }
  [[nodiscard]] const json::value* at(const char* pointer) const {
    json::error_code failed;
    return value_ ? value_->find_pointer(pointer, failed) : nullptr;
  }
  // A field's text; empty where there is none.
  [[nodiscard]] std::string_view text(const char* pointer) const {
    const json::value* found = at(pointer);
    if (found == nullptr || !found->is_string()) return {};
    return {found->get_string().data(), found->get_string().size()};
  }

 private:
  Secret memory_;
  json::static_resource resource_;
  std::optional<json::value> value_;
};

// How many bytes were written to `out`; 0: no base64, or too long.
std::size_t read_base64(std::string_view text, std::span<std::uint8_t> out) {
  std::size_t length = 0;
  const int failed = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, nullptr,
                                       sodium_base64_VARIANT_ORIGINAL);
  return failed == 0 ? length : 0;
}

void write_context(JsonWriter& out, std::string_view name, const AccountId& account) {
  out.key(name).open('{').field(context_name, account).close('}');
}

Expected<Ciphertext, KeyFault> ciphertext_of(const Expected<SecretText, KeyFault>& answer) {
  if (!answer) return Unexpected{answer.error()};
  const Parsed parsed(*answer);
  Ciphertext ciphertext(opaque_bytes_max);
  ciphertext.resize(read_base64(parsed.text("/CiphertextBlob"), ciphertext));
  constexpr std::size_t room = opaque_bytes_max - 64;  // the rest of the wrapping
  if (ciphertext.empty() || ciphertext.size() > room) return Unexpected{bad_answer()};
  return ciphertext;
}

// REQUIRES: `key` was taken for an ARN of a KMS key before it came here.
KeyArnParts parts_of(const KeyArn& key) {
  const auto parts = parse_key_arn(key.value);
  if (!parts) throw std::logic_error("a key that is no ARN");
  return *parts;
}

}  // namespace

Expected<Ciphertext, KeyFault> KmsKeyService::encrypt(const KeyArn& key, const AccountId& account,
                                                      const Secret& plain) {
  JsonWriter head;
  head.open('{').field("KeyId", key);
  write_context(head, "EncryptionContext", account);
  const std::string before = head.take() + R"(,"Plaintext":")";
  SecretText body(before.size() + sodium_base64_encoded_len(plain.size(), sodium_base64_VARIANT_ORIGINAL) + 2);
  static_cast<void>(body.append(before));
  body.append_base64(plain.span());
  static_cast<void>(body.append("\"}"));
  return ciphertext_of(channel_.call(parts_of(key), "Encrypt", body.view()));
}

Expected<Secret, KeyFault> KmsKeyService::decrypt(const KeyArn& key, const AccountId& account,
                                                  const Ciphertext& ciphertext) {
  JsonWriter body;
  body.open('{').field("KeyId", key).field("CiphertextBlob", std::string_view(base64_of(ciphertext)));
  write_context(body, "EncryptionContext", account);
  body.close('}');
  const auto answer = channel_.call(parts_of(key), "Decrypt", body.take());
  if (!answer) return Unexpected{answer.error()};
  const Parsed parsed(*answer);
  Secret room(answer_bytes_max);
  const std::size_t length = read_base64(parsed.text("/Plaintext"), room.span());
  if (length == 0) return Unexpected{bad_answer()};
  Secret plain(length);
  std::copy_n(room.data(), length, plain.data());
  return plain;
}

Expected<Ciphertext, KeyFault> KmsKeyService::re_encrypt(const KeyArn& from, const KeyArn& to, const AccountId& account,
                                                         const Ciphertext& ciphertext) {
  if (parts_of(from).region != parts_of(to).region) {  // KMS re-encrypts within a region only
    auto plain = decrypt(from, account, ciphertext);
    if (!plain) return Unexpected{plain.error()};
    return encrypt(to, account, *plain);
  }
  JsonWriter body;
  body.open('{').field("CiphertextBlob", std::string_view(base64_of(ciphertext))).field("SourceKeyId", from);
  write_context(body, "SourceEncryptionContext", account);
  body.field("DestinationKeyId", to);
  write_context(body, "DestinationEncryptionContext", account);
  body.close('}');
  return ciphertext_of(channel_.call(parts_of(to), "ReEncrypt", body.take()));
}

Expected<KeyDescription, KeyFault> KmsKeyService::describe(const KeyArn& key) {
  JsonWriter body;
  body.open('{').field("KeyId", key).close('}');
  const auto answer = channel_.call(parts_of(key), "DescribeKey", body.take());
  if (!answer) return Unexpected{answer.error()};
  const Parsed parsed(*answer);
  const json::value* enabled = parsed.at("/KeyMetadata/Enabled");
  KeyDescription found{.aws_account = std::string(parsed.text("/KeyMetadata/AWSAccountId")),
                       .enabled = enabled != nullptr && enabled->is_bool() && enabled->get_bool(),
                       .state = std::string(parsed.text("/KeyMetadata/KeyState")),
                       .usage = std::string(parsed.text("/KeyMetadata/KeyUsage"))};
  if (found.aws_account.empty() || enabled == nullptr) return Unexpected{bad_answer()};
  return found;
}

}  // namespace creditfold::keyring
