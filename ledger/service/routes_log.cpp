// SPDX-License-Identifier: Apache-2.0
// The log as a download that can be resumed, and the whole ledger in a few figures.
#include <memory>

#include "events/cflog.hpp"
#include "ledger/json.hpp"
#include "ledger/service/limits.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

// Writes one document piece by piece: each piece reads whole batches from where the last one ended.
class Download {
 public:
  Download(const Partition& log, LogRange range)
      : log_(log),
        range_(std::move(range)),
        writer_([this](std::span<const std::uint8_t> bytes) { piece_.append(bytes.begin(), bytes.end()); },
                CflogHeader{range_.after, range_.account, partition_of(log.region())}) {}

  // The next bytes; empty when the document is at its end.
  std::string next() {
    while (piece_.size() < stream_piece_bytes && !ended_) read_some();
    return std::exchange(piece_, {});
  }

 private:
  void read_some() {
    std::size_t to_skip = marks_at_position_;
    std::size_t items = 0;
    bool cut = false;
    log_.read_batches({position_ < 0 ? range_.after : position_, range_.to, range_.account},
                     [&](const AccountId& account, StoredBatch&& batch) {
                       const bool between = batch.count == 0 && batch.first_seq - 1 == position_;
                       if (between && to_skip > 0) {
                         --to_skip;
                         return true;
                       }
                       write(account, batch);
                       items += 1 + batch.events.size();
                       cut = items >= items_per_read;
                       return !cut;
                     });
    if (cut) return;
    if (!range_.account) explain(range_.to);
    writer_.finish(range_.to);
    ended_ = true;
  }

  void write(const AccountId& account, const StoredBatch& batch) {
    for (const Event& event : batch.events) {
      if (!range_.account) explain(event.seq - 1);
      writer_.event(event);
      move_to(event.seq);
    }
    const std::int64_t last = batch.first_seq + batch.count - 1;
    if (last > range_.to) return;  // the document that continues this one has the mark
    writer_.batch({account, batch.key, batch.command, batch.count});
    if (batch.count > 0) return;
    move_to(last);
    ++marks_at_position_;
  }

  // What stood between the position and `to` has left for another region.
  void explain(std::int64_t to) {
    const std::int64_t from = position_ < 0 ? range_.after : position_;
    if (to <= from) return;
    for (const Departed& run : log_.departed(from, to)) {
      writer_.departed(run);
      move_to(run.last_seq);
    }
  }

  void move_to(std::int64_t seq) {
    if (seq == position_) return;
    position_ = seq;
    marks_at_position_ = 0;
  }

  static constexpr std::size_t items_per_read = 4'096;

  const Partition& log_;
  LogRange range_;
  std::string piece_;
  CflogWriter writer_;
  std::int64_t position_ = -1;         // seq of the last event written; -1: none
  std::size_t marks_at_position_ = 0;  // batches without events written that lie directly after it
  bool ended_ = false;
};

// A download of an account that goes to another region meanwhile is cut short: it may be asked for again there.
asio::awaitable<bool> send_log(BodyWriter& writer, const Regions& regions, RegionAtWork& region, Readers& readers,
                               LogRange range) {
  const std::optional<AccountId> account = range.account;
  const auto download = std::make_shared<Download>(region.log, std::move(range));
  for (;;) {
    auto ask = [download] { return download->next(); };
    const std::string piece = co_await readers.ask(ask);
    if (account && regions.home_of(*account) != &region) co_return false;
    if (piece.empty()) co_return true;
    const bool alive = co_await writer.send(piece);
    if (!alive) co_return false;
  }
}

// The part of the log a request asks for, as far as the log goes at this moment.
Expected<LogRange, BadRequest> range_of(const Target& target, std::int64_t head) {
  const auto after = seq_parameter(target, "after");
  if (!after) return Unexpected{after.error()};
  const auto to = seq_parameter(target, "to");
  if (!to) return Unexpected{to.error()};
  LogRange range;
  range.after = after->value_or(0);
  if (range.after > head) {
    return Unexpected{BadRequest{"query parameter after", "The log ends at " + std::to_string(head) + "."}};
  }
  range.to = std::min(to->value_or(head), head);
  if (*to && **to < range.after) return Unexpected{BadRequest{"query parameter to", "It lies before `after`."}};
  return range;
}

Reply log_reply(const Regions& regions, RegionAtWork& region, Readers& readers, const Target& target,
                std::optional<AccountId> account) {
  const std::int64_t head = region.sequencer.with_book([](const Book& book) { return book.seq(); });
  auto range = range_of(target, head);
  if (!range) return bad_request(range.error());
  range->account = std::move(account);
  Reply reply;
  reply.headers = {{"Content-Type", "application/vnd.creditfold.cflog"},
                   {"X-Creditfold-Seq", std::to_string(range->to)},
                   {"X-Creditfold-Region", region.region.value},
                   {"Content-Disposition", "attachment; filename=\"creditfold.cflog\""}};
  reply.source = [&regions, &region, &readers, range = *range](BodyWriter& writer) {
    return send_log(writer, regions, region, readers, range);
  };
  return reply;
}

// Of a ledger that has no region yet.
Reply empty_log_reply(const Target& target) {
  const auto range = range_of(target, 0);
  if (!range) return bad_request(range.error());
  Reply reply;
  reply.headers = {{"Content-Type", "application/vnd.creditfold.cflog"}, {"X-Creditfold-Seq", "0"}};
  CflogWriter([&](std::span<const std::uint8_t> bytes) { reply.body.append(bytes.begin(), bytes.end()); }, {})
      .finish(0);
  return reply;
}

struct RegionSummary {
  RegionId region;
  std::int64_t seq = 0;
  std::int64_t events = 0;
  std::int64_t accounts = 0;
};

// The fingerprint of all accounts is worth keeping: it changes only with the logs.
struct LedgerSummary {
  std::mutex mutex;
  std::map<RegionId, std::int64_t> seqs;
  std::string json;
};

std::string ledger_json(const std::vector<RegionSummary>& regions, const std::map<AccountId, AccountState>& states) {
  Book all;
  std::int64_t events = 0;
  for (const auto& [account, state] : states) all.adopt(state);
  for (const RegionSummary& region : regions) events += region.events;
  std::string json = "{";
  if (regions.size() <= 1) json += R"("seq":)" + std::to_string(regions.empty() ? 0 : regions.front().seq) + ",";
  json += R"("events":)" + std::to_string(events) + R"(,"accounts":)" + std::to_string(states.size()) +
          R"(,"fingerprint":")" + to_hex(fingerprint(all)) + '"';
  if (regions.size() > 1) {
    json += R"(,"regions":[)";
    for (const RegionSummary& region : regions) {
      json += (&region == &regions.front() ? "" : ",") + (R"({"region":)" + json_quote(region.region.value)) +
              R"(,"seq":)" + std::to_string(region.seq) + R"(,"events":)" + std::to_string(region.events) +
              R"(,"accounts":)" + std::to_string(region.accounts) + "}";
    }
    json += "]";
  }
  return json + "}";
}

std::string ledger_json(const Regions& all, LedgerSummary& summary) {
  const std::lock_guard lock(summary.mutex);
  std::map<RegionId, std::int64_t> seqs;
  for (const RegionAtWork* region : all.all()) {
    seqs[region->region] = region->sequencer.with_book([](const Book& book) { return book.seq(); });
  }
  if (!summary.json.empty() && seqs == summary.seqs) return summary.json;
  std::vector<RegionSummary> regions;
  std::map<AccountId, AccountState> states;  // by account, so that one in the middle of a move counts once
  seqs.clear();
  for (const RegionAtWork* region : all.all()) {
    region->sequencer.with_book([&](const Book& book) {
      seqs[region->region] = book.seq();
      regions.push_back({region->region, book.seq(), book.events(), static_cast<std::int64_t>(book.accounts().size())});
      for (const auto& [account, state] : book.accounts()) {
        const auto known = states.try_emplace(account, state).first;
        if (known->second.version < state.version) known->second = state;
      }
    });
  }
  summary.seqs = std::move(seqs);
  summary.json = ledger_json(regions, states);
  return summary.json;
}

asio::awaitable<Reply> answer_ledger(const Regions& regions, Readers& readers, std::shared_ptr<LedgerSummary> kept) {
  auto ask = [&regions, kept] { return json_reply(Status::ok, ledger_json(regions, *kept)); };
  co_return co_await readers.ask(ask);
}

asio::awaitable<Reply> answer_log(const Regions& regions, Readers& readers, Call call) {
  const auto region = region_meant(regions, call.target);
  if (!region) co_return region.error();
  if (*region == nullptr) co_return empty_log_reply(call.target);
  co_return log_reply(regions, **region, readers, call.target, std::nullopt);
}

asio::awaitable<Reply> answer_account_log(const Regions& regions, Readers& readers, Call call) {
  auto account = account_argument(call);
  if (!account) co_return account.error();
  RegionAtWork* const home = regions.home_of(*account);
  const bool known = home != nullptr && home->sequencer.with_book([&](const Book& book) {
    return book.find(*account) != nullptr;
  });
  if (!known) co_return unknown_account(*account);
  co_return log_reply(regions, *home, readers, call.target, std::move(*account));
}

}  // namespace

void add_log_routes(Router& router, const Regions& regions, Readers& readers) {
  auto kept = std::make_shared<LedgerSummary>();
  router.add({.pattern = "/v1/ledger",
              .method = Verb::get,
              .parameters = {},
              .bodies = {},
              .answer = [&, kept](const Call& /*call*/) { return answer_ledger(regions, readers, kept); }});
  router.add({.pattern = "/v1/log",
              .method = Verb::get,
              .parameters = {"after", "to", "region"},
              .bodies = {},
              .answer = [&](Call call) { return answer_log(regions, readers, std::move(call)); }});
  router.add({.pattern = "/v1/accounts/{account}/log",
              .method = Verb::get,
              .parameters = {"after", "to"},
              .bodies = {},
              .answer = [&](Call call) { return answer_account_log(regions, readers, std::move(call)); }});
}

}  // namespace creditfold::service
