// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/exports.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "events/store/files.hpp"
#include "ledger/edge/account_archive.hpp"
#include "ledger/service/limits.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

// A file that has no name, or none any more: it goes with its last descriptor, whatever ends the process.
class Exports::Spooled {
 public:
  // `place`: one of exports_max, given back with the last that holds it.
  Spooled(const std::filesystem::path& directory, std::shared_ptr<void> place) : place_(std::move(place)) {
    descriptor_ = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {  // some file systems have no such files
      std::string name = (directory / "export-XXXXXX").string();
      descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
      if (descriptor_ < 0) throw_errno(directory);
      ::unlink(name.c_str());
    }
  }
  ~Spooled() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Spooled(const Spooled&) = delete;
  Spooled& operator=(const Spooled&) = delete;

  void write(std::string_view piece) {
    while (!piece.empty()) {
      const ssize_t written = ::write(descriptor_, piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno("the export's file");
      piece.remove_prefix(static_cast<std::size_t>(written));
      size_ += written;
    }
  }
  [[nodiscard]] std::string read(std::int64_t offset) const {
    std::string piece(stream_piece_bytes, '\0');
    ssize_t got = -1;
    do {
      got = ::pread(descriptor_, piece.data(), piece.size(), offset);
    } while (got < 0 && errno == EINTR);
    if (got < 0) throw_errno("the export's file");
    piece.resize(static_cast<std::size_t>(got));
    return piece;
  }
  [[nodiscard]] std::int64_t size() const { return size_; }

 private:
  std::shared_ptr<void> place_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
};

Exports::Exports(const Regions& regions, const Catalog& catalog, const Texts& texts, std::string catalog_json,
                 std::filesystem::path spool)
    : regions_(regions),
      catalog_(catalog),
      texts_(texts),
      catalog_json_(std::move(catalog_json)),
      spool_(std::move(spool)) {}

Exports::~Exports() {
  stop();
  pool_.join();
}

// nullptr: there is no such account.
std::shared_ptr<Exports::Spooled> Exports::make(const AccountId& account, const std::shared_ptr<void>& place) {
  for (;;) {
    const RegionAtWork* const home = regions_.home_of(account);
    if (home == nullptr) return nullptr;
    auto spooled = std::make_shared<Spooled>(spool_of(home->region), place);
    bool known = false;
    try {
      known = write(*spooled, *home, account);
    } catch (const Fault&) {
      if (regions_.home_of(account) == home) throw;
    }
    if (regions_.home_of(account) == home) return known ? spooled : nullptr;
    // It moved to another region meanwhile, where its bytes belong now.
  }
}

// RES-1: what is spooled of an account lies in its region too.
std::filesystem::path Exports::spool_of(const RegionId& region) const {
  std::error_code error;
  const std::filesystem::path folder = spool_ / region.value;
  return std::filesystem::is_directory(folder, error) ? folder : spool_;
}

bool Exports::write(Spooled& spooled, const RegionAtWork& home, const AccountId& account) {
  const auto sink = [&](std::string_view piece) {
    if (stopping_.load()) throw Fault(Fault::Kind::unavailable, "the service is stopping");
    spooled.write(piece);
  };
  const auto open = [this](Event& event) { texts_.open(event); };
  return edge::write_account_archive(home.log, account, catalog_, catalog_json_, sink, open);
}

asio::awaitable<Reply> Exports::answer(AccountId account) {
  if (++*under_way_ > exports_max) {
    --*under_way_;
    co_return fault_reply({Unprocessed::Why::full, "All exports are taken."});
  }
  const std::shared_ptr<void> place(nullptr, [under_way = under_way_](void*) { --*under_way; });
  auto making = [](Exports& exports, AccountId id,
                   std::shared_ptr<void> taken) -> asio::awaitable<std::shared_ptr<Spooled>> {
    co_return exports.make(id, taken);
  }(*this, account, place);
  const std::shared_ptr<Spooled> spooled = co_await asio::co_spawn(pool_, std::move(making), asio::use_awaitable);
  if (!spooled) co_return unknown_account(account);
  Reply reply;
  reply.headers = {{"Content-Type", "application/x-tar"},
                   {"Content-Disposition", "attachment; filename=\"creditfold-export.tar\""}};
  reply.source = [this, spooled](BodyWriter& writer) { return send(writer, spooled); };
  co_return reply;
}

asio::awaitable<bool> Exports::send(BodyWriter& writer, std::shared_ptr<Spooled> spooled) {
  for (std::int64_t sent = 0; sent < spooled->size();) {
    auto reading = [](std::shared_ptr<Spooled> from, std::int64_t offset) -> asio::awaitable<std::string> {
      co_return from->read(offset);
    }(spooled, sent);
    const std::string piece = co_await asio::co_spawn(pool_, std::move(reading), asio::use_awaitable);
    if (piece.empty()) co_return false;
    const bool alive = co_await writer.send(piece);
    if (!alive) co_return false;
    sent += static_cast<std::int64_t>(piece.size());
  }
  co_return true;
}

}  // namespace creditfold::service
