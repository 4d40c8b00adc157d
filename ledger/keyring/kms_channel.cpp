// SPDX-License-Identifier: Apache-2.0
#include "ledger/keyring/kms_channel.hpp"

#include <curl/curl.h>
#include <sodium.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "ledger/keyring/limits.hpp"

namespace creditfold::keyring {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeHeaders {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeString {
  void operator()(char* text) const { curl_free(text); }
};
using Handle = std::unique_ptr<CURL, FreeHandle>;
using Headers = std::unique_ptr<curl_slist, FreeHeaders>;

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw BadKeyService("the HTTP client could not be started");
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeString> owned(text);
  return owned.get();
}

bool is_loopback(std::string_view host) { return host == "localhost" || host == "[::1]" || host == "127.0.0.1"; }

std::string checked_endpoint(const std::string& endpoint) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  const BadKeyService bad("--kms-endpoint " + endpoint + ": it is https://HOST, or http:// to this machine");
  if (curl_url_set(url.get(), CURLUPART_URL, endpoint.c_str(), 0) != CURLUE_OK) throw bad;
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  const bool sound = scheme == "https" || (scheme == "http" && is_loopback(part_of(url.get(), CURLUPART_HOST)));
  if (!sound || !part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_QUERY).empty()) throw bad;
  return endpoint;
}

// "com.amazonaws.kms#AccessDeniedException" -> "AccessDeniedException"; nothing that is no such word is passed on.
std::string error_code_of(std::string_view answer) {
  Secret memory(parsed_bytes_max);
  boost::json::static_resource resource(memory.data(), memory.size());
  boost::json::error_code failed;
  try {
    const boost::json::value value =
        boost::json::parse(boost::json::string_view(answer.data(), answer.size()), failed, &resource);
    const boost::json::value* type = failed ? nullptr : value.find_pointer("/__type", failed);
    if (type == nullptr || !type->is_string()) return {};
    std::string code(type->get_string().data(), type->get_string().size());
    code.erase(0, code.find('#') == std::string::npos ? 0 : code.find('#') + 1);
    constexpr std::size_t code_bytes_max = 64;
    const bool word =
        !code.empty() && code.size() <= code_bytes_max &&
        std::all_of(code.begin(), code.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
    return word ? code : std::string();
  } catch (const std::exception&) {
    return {};
  }
}

constexpr std::array passing{
    std::string_view("ThrottlingException"),         std::string_view("KMSInternalException"),
    std::string_view("DependencyTimeoutException"),  std::string_view("KeyUnavailableException"),
    std::string_view("ServiceUnavailableException"), std::string_view("LimitExceededException")};

KeyFault fault_of_status(long status, std::string_view answer) {
  constexpr long server_error = 500;
  constexpr long too_many = 429;
  std::string code = error_code_of(answer);
  const bool may_pass = status >= server_error || status == too_many ||
                        std::find(passing.begin(), passing.end(), std::string_view(code)) != passing.end();
  if (code.empty()) code = "HTTP " + std::to_string(status);
  const std::string said = may_pass ? "AWS KMS could not answer now" : "AWS KMS refused the key";
  return {.code = code, .what = said + " (" + code + ").", .may_pass = may_pass};
}

KeyFault fault_of_transport(CURLcode failed, bool cancelled) {
  if (cancelled) return {.code = "cancelled", .what = "The program is stopping.", .may_pass = true};
  if (failed == CURLE_OPERATION_TIMEDOUT)
    return {.code = "timeout", .what = "AWS KMS did not answer in time.", .may_pass = true};
  if (failed == CURLE_WRITE_ERROR)
    return {.code = "bad_answer", .what = "AWS KMS answered with too much.", .may_pass = false};
  if (failed == CURLE_PEER_FAILED_VERIFICATION || failed == CURLE_SSL_CACERT_BADFILE) {
    return {.code = "untrusted", .what = "The certificate of the KMS endpoint is not trusted.", .may_pass = false};
  }
  return {.code = "unreachable",
          .what = std::string("AWS KMS cannot be reached: ") + curl_easy_strerror(failed) + ".",
          .may_pass = true};
}

std::size_t take_piece(const char* piece, std::size_t size, std::size_t count, void* to) {
  const std::size_t bytes = size * count;
  return static_cast<SecretText*>(to)->append({piece, bytes}) ? bytes : 0;
}

int stop_when_cancelled(void* flag, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0;
}

void add_header(Headers& headers, const std::string& line) {
  curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers.release());
  headers.reset(longer);
}

}  // namespace

AwsCredentials credentials_of_environment() {
  const auto variable = [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
  const auto id = variable("AWS_ACCESS_KEY_ID");
  const auto secret = variable("AWS_SECRET_ACCESS_KEY");
  if (!id || !secret) {
    throw BadKeyService("--key-service aws-kms needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment");
  }
  return {.access_key_id = *id, .secret_access_key = *secret, .session_token = variable("AWS_SESSION_TOKEN")};
}

KmsChannel::KmsChannel(AwsCredentials credentials, std::optional<std::string> endpoint)
    : credentials_(std::move(credentials)) {
  start_sodium();
  start_curl();
  if (endpoint) endpoint_ = checked_endpoint(*endpoint);
}

std::optional<std::string> KmsChannel::url_of(const KeyArnParts& key) const {
  if (endpoint_) return endpoint_;
  const std::string host = "https://kms." + std::string(key.region) + ".amazonaws.com";
  if (key.partition == "aws" || key.partition == "aws-us-gov") return host;
  if (key.partition == "aws-cn") return host + ".cn";
  return std::nullopt;
}

Expected<SecretText, KeyFault> KmsChannel::call(const KeyArnParts& key, std::string_view operation,
                                                std::string_view body) {
  const auto url = url_of(key);
  if (!url) {
    return Unexpected{
        KeyFault{"unknown_partition", "The address of KMS in this partition is not known; say --kms-endpoint.", false}};
  }
  for (int attempt = 1;; ++attempt) {
    SecretText answer(answer_bytes_max);
    const auto fault = exchange(*url, key, operation, body, answer);
    if (!fault) return answer;
    if (!fault->may_pass || attempt == attempts_max || cancelled()) return Unexpected{*fault};
    wait_before(attempt + 1);
  }
}

std::optional<KeyFault> KmsChannel::exchange(const std::string& url, const KeyArnParts& key, std::string_view operation,
                                             std::string_view body, SecretText& answer) {
  const Handle handle(curl_easy_init());
  if (!handle) throw std::bad_alloc();
  CURL* curl = handle.get();
  Headers headers;
  add_header(headers, "Content-Type: application/x-amz-json-1.1");
  add_header(headers, "X-Amz-Target: TrentService." + std::string(operation));
  if (credentials_.session_token) add_header(headers, "X-Amz-Security-Token: " + *credentials_.session_token);
  const std::string provider = "aws:amz:" + std::string(key.region) + ":kms";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, endpoint_ ? "http,https" : "https");
  if (url.starts_with("http:")) curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");  // this machine
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, provider.c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, credentials_.access_key_id.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, credentials_.secret_access_key.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());  // not copied
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "creditfold");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_max.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(exchange_max.count()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_piece);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, stop_when_cancelled);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &cancelled_);
  const CURLcode done = curl_easy_perform(curl);
  if (done != CURLE_OK) return fault_of_transport(done, cancelled());
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  constexpr long ok = 200;
  if (status != ok) return fault_of_status(status, answer.view());
  return std::nullopt;
}

// Doubling, and drawn at random, so that many callers do not come back together.
void KmsChannel::wait_before(int attempt) {
  const auto longest = static_cast<std::uint32_t>(first_wait.count() << (attempt - 2));
  const std::chrono::milliseconds wait(longest / 2 + randombytes_uniform(longest / 2 + 1));
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, wait, [this] { return cancelled(); });
}

void KmsChannel::cancel() {
  cancelled_.store(true);
  woken_.notify_all();
}

}  // namespace creditfold::keyring
