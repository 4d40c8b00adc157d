// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/answerer.hpp"

#include <cstdlib>
#include <thread>

#include "events/store/partitions.hpp"
#include "ledger/cli/exit_status.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/remote.hpp"
#include "ledger/edge/checkpoint_key.hpp"
#include "ledger/edge/tokens.hpp"
#include "ledger/keyring/key_check.hpp"
#include "ledger/keyring/open_key_service.hpp"
#include "ledger/regions/local_ledger.hpp"

namespace creditfold::cli {
namespace {

class LocalAnswerer final : public Answerer {
 public:
  LocalAnswerer(std::unique_ptr<SqlitePartitions> partitions, Catalog catalog,
                std::unique_ptr<keyring::Keyring> keyring)
      : partitions_(std::move(partitions)),
        checkpoint_key_(edge::CheckpointKey::open(partitions_->directory(), std::nullopt)),
        catalog_(std::move(catalog)),
        keyring_(std::move(keyring)),
        sealer_(keyring_->sealer({})),
        ledger_(*partitions_, catalog_, sealer_.get(), keyring_.get()) {
    ledger_.watch([](MigrationStep) {}, [](const std::string& what) { say("left for later: " + what); });
  }

  // What was written ends in a checkpoint. The writing itself is done; that it is not signed yet is no failure of it.
  ~LocalAnswerer() override {
    try {
      for (const RegionId& region : partitions_->regions())
        checkpoint_key_.checkpoint(*partitions_->find(region), machine_now());
    } catch (const std::exception& error) {
      say(std::string("no checkpoint was made: ") + error.what());
    }
    try {
      ledger_.keep_books();
    } catch (const std::exception& error) {
      say(std::string("no book was kept beside the log: ") + error.what());
    }
  }
  LocalAnswerer(const LocalAnswerer&) = delete;
  LocalAnswerer& operator=(const LocalAnswerer&) = delete;

  [[nodiscard]] std::vector<std::string> answer(std::span<const Line> commands) override {
    std::vector<std::string_view> texts;
    for (const Line& command : commands) texts.emplace_back(command.text);
    std::vector<Answer> answers = ledger_.process(texts, machine_now());
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      number_line(answers[i], commands[i].number);
      lines.push_back(to_json(answers[i]));
    }
    return lines;
  }

  [[nodiscard]] std::string check_key(const AccountId& account, const std::optional<KeyArn>& key_arn) override {
    const AccountState* state = ledger_.find(account);
    if (state == nullptr) throw UnknownAccount();
    return keyring::key_check_json(*keyring_, *state, key_arn, catalog_.vendor_aws_account);
  }

  [[nodiscard]] std::optional<std::string> service() const override { return std::nullopt; }

 private:
  static void number_line(Answer& answer, std::int64_t number) {
    if (!answer.refused || answer.refused->code != RefusalCode::malformed) return;
    const std::string line = std::to_string(number);
    answer.refused->message = "Line " + line + ": " + answer.refused->message;
    answer.refused->details.insert(answer.refused->details.begin(), {"line", line});
  }

  std::unique_ptr<SqlitePartitions> partitions_;
  edge::CheckpointKey checkpoint_key_;
  Catalog catalog_;
  std::unique_ptr<keyring::Keyring> keyring_;
  std::unique_ptr<TextSealer> sealer_;
  LocalLedger ledger_;
};

bool is_url(std::string_view text) { return text.starts_with("http://"); }

Fault held_by(const std::filesystem::path& data, const LockHolder& holder) {
  return {Fault::Kind::busy, data.string() + " is being written by process " + std::to_string(holder.pid) +
                                 ", which says no address to send commands to; wait until it has ended"};
}

}  // namespace

Catalog load_catalog(const std::optional<std::string>& file) { return load_catalog_with_text(file).catalog; }

CatalogWithText load_catalog_with_text(const std::optional<std::string>& file) {
  if (!file) return {default_catalog(), std::string(default_catalog_json())};
  std::string json = read_whole(*file);
  auto catalog = parse_catalog(json);
  if (!catalog) throw UsageError(*file + " is no catalog: " + to_text(catalog.error()));
  return {std::move(catalog).value(), std::move(json)};
}

std::optional<std::string> token_for(const std::filesystem::path& data) {
  if (auto left = edge::read_process_token(data)) return left;
  const char* const given = std::getenv("CREDITFOLD_TOKEN");
  if (given == nullptr || *given == '\0') return std::nullopt;
  return std::string(given);
}

std::unique_ptr<keyring::Keyring> open_keyring(const std::filesystem::path& data, const KeyServiceOptions& keys) {
  try {
    return std::make_unique<keyring::Keyring>(keyring::open_key_service(
        {.service = keys.key_service, .endpoint = keys.kms_endpoint, .data = data, .loopback_only = true}));
  } catch (const keyring::BadKeyService& bad) {
    throw UsageError(bad.what());
  }
}

std::unique_ptr<Answerer> open_answerer(const std::filesystem::path& data,
                                        const std::optional<std::string>& catalog_file,
                                        const KeyServiceOptions& keys) {
  Catalog catalog = load_catalog(catalog_file);
  for (int attempt = 1;; ++attempt) {
    const std::optional<LockHolder> holder = lock_holder(data);
    if (holder && is_url(holder->text)) {
      if (catalog_file) say("the service at " + holder->text + " decides by its own catalog; --catalog is not used");
      return open_remote(holder->text, token_for(data));
    }
    try {
      auto partitions = std::make_unique<SqlitePartitions>(data, false);
      return std::make_unique<LocalAnswerer>(std::move(partitions), std::move(catalog), open_keyring(data, keys));
    } catch (const Fault& fault) {
      if (fault.kind() != Fault::Kind::busy) throw;
      if (attempt == holder_attempts_max) {
        if (const auto still = lock_holder(data)) throw held_by(data, *still);
        throw;
      }
    }
    std::this_thread::sleep_for(holder_attempt_interval);
  }
}

}  // namespace creditfold::cli
