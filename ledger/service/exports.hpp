// SPDX-License-Identifier: Apache-2.0
// An account's archive (AI-1), made on a thread of its own into a file without a name, and sent from there: a large
// account costs disk for a while, never memory, and a client that is slow keeps no reader waiting.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "ledger/catalog.hpp"
#include "ledger/service/regions.hpp"
#include "ledger/service/reply.hpp"
#include "ledger/service/texts.hpp"

namespace creditfold::service {

class Exports {
 public:
  // `spool`: where the file lies meanwhile, in the account's region's folder if it has one; beside the data, so that it
  // stays on the data's disk. `regions`, `catalog`
  // and `texts` must outlive the exports.
  Exports(const Regions& regions, const Catalog& catalog, const Texts& texts, std::string catalog_json,
          std::filesystem::path spool);
  ~Exports();
  Exports(const Exports&) = delete;
  Exports& operator=(const Exports&) = delete;

  // The archive as an answer; 404 for an unknown account, 503 when exports_max are under way.
  [[nodiscard]] boost::asio::awaitable<Reply> answer(AccountId account);
  // What is being made is given up.
  void stop() { stopping_.store(true); }

 private:
  class Spooled;
  [[nodiscard]] std::shared_ptr<Spooled> make(const AccountId& account, const std::shared_ptr<void>& place);
  [[nodiscard]] std::filesystem::path spool_of(const RegionId& region) const;
  [[nodiscard]] bool write(Spooled& spooled, const RegionAtWork& home, const AccountId& account);
  [[nodiscard]] boost::asio::awaitable<bool> send(BodyWriter& writer, std::shared_ptr<Spooled> spooled);

  const Regions& regions_;
  const Catalog& catalog_;
  const Texts& texts_;
  std::string catalog_json_;
  std::filesystem::path spool_;
  std::shared_ptr<std::atomic<std::size_t>> under_way_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::atomic<bool> stopping_{false};
  boost::asio::thread_pool pool_{1};
};

}  // namespace creditfold::service
