// SPDX-License-Identifier: Apache-2.0
// The log as a download that can be resumed, and as a stream of events.
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
  explicit Download(LogRange range)
      : range_(std::move(range)),
        writer_([this](std::span<const std::uint8_t> bytes) { piece_.append(bytes.begin(), bytes.end()); },
                CflogHeader{range_.after, range_.account}) {}

  // The next bytes; empty when the document is at its end.
  std::string next(const Log& log) {
    while (piece_.size() < stream_piece_bytes && !ended_) read_some(log);
    return std::exchange(piece_, {});
  }

 private:
  void read_some(const Log& log) {
    std::size_t to_skip = marks_at_position_;
    std::size_t items = 0;
    bool cut = false;
    log.read_batches({position_ < 0 ? range_.after : position_, range_.to, range_.account},
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
    writer_.finish(range_.to);
    ended_ = true;
  }

  void write(const AccountId& account, const StoredBatch& batch) {
    for (const Event& event : batch.events) {
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

  void move_to(std::int64_t seq) {
    if (seq == position_) return;
    position_ = seq;
    marks_at_position_ = 0;
  }

  static constexpr std::size_t items_per_read = 4'096;

  LogRange range_;
  std::string piece_;
  CflogWriter writer_;
  std::int64_t position_ = -1;         // seq of the last event written; -1: none
  std::size_t marks_at_position_ = 0;  // batches without events written that lie directly after it
  bool ended_ = false;
};

asio::awaitable<bool> send_log(BodyWriter& writer, Readers& readers, LogRange range) {
  const auto download = std::make_shared<Download>(std::move(range));
  for (;;) {
    auto ask = [download](const Log& log) { return download->next(log); };
    const std::string piece = co_await readers.ask(ask);
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

Reply log_reply(const Sequencer& sequencer, Readers& readers, const Target& target, std::optional<AccountId> account) {
  const auto head = sequencer.with_book([&](const Book& book) -> std::optional<std::int64_t> {
    if (account && book.find(*account) == nullptr) return std::nullopt;
    return book.seq();
  });
  if (!head) return unknown_account(*account);
  auto range = range_of(target, *head);
  if (!range) return bad_request(range.error());
  range->account = std::move(account);
  Reply reply;
  reply.headers = {{"Content-Type", "application/vnd.creditfold.cflog"},
                   {"X-Creditfold-Seq", std::to_string(range->to)},
                   {"Content-Disposition", "attachment; filename=\"creditfold.cflog\""}};
  reply.source = [&readers, range = *range](BodyWriter& writer) { return send_log(writer, readers, range); };
  return reply;
}

// The fingerprint of all accounts is worth keeping: it changes only with the log.
struct LedgerSummary {
  std::mutex mutex;
  std::int64_t seq = -1;
  std::string json;
};

std::string ledger_json(const Sequencer& sequencer, LedgerSummary& summary) {
  const std::lock_guard lock(summary.mutex);
  sequencer.with_book([&](const Book& book) {
    if (book.seq() == summary.seq) return;
    summary.seq = book.seq();
    summary.json = R"({"seq":)" + std::to_string(book.seq()) + R"(,"events":)" + std::to_string(book.events()) +
                   R"(,"accounts":)" + std::to_string(book.accounts().size()) + R"(,"fingerprint":")" +
                   to_hex(fingerprint(book)) + R"("})";
  });
  return summary.json;
}

asio::awaitable<Reply> answer_ledger(const Sequencer& sequencer, Readers& readers,
                                     std::shared_ptr<LedgerSummary> kept) {
  auto ask = [&sequencer, kept](const Log&) { return json_reply(Status::ok, ledger_json(sequencer, *kept)); };
  co_return co_await readers.ask(ask);
}

asio::awaitable<Reply> answer_log(const Sequencer& sequencer, Readers& readers, Call call) {
  co_return log_reply(sequencer, readers, call.target, std::nullopt);
}

asio::awaitable<Reply> answer_account_log(const Sequencer& sequencer, Readers& readers, Call call) {
  auto account = account_argument(call);
  if (!account) co_return account.error();
  co_return log_reply(sequencer, readers, call.target, std::move(*account));
}

// Where a stream begins: after the event the client saw last, after `after`, or now.
Expected<EventQuestion, Reply> event_question(const Call& call, std::int64_t head) {
  const auto after = seq_parameter(call.target, "after");
  if (!after) return Unexpected{bad_request(after.error())};
  EventQuestion question{after->value_or(head), std::nullopt};
  if (const auto seen = call.header("Last-Event-ID")) {
    const auto seq = parse_seq(*seen);
    if (!seq) return Unexpected{bad_request({"header Last-Event-ID", "It is a position: a whole number from 0."})};
    question.after = *seq;
  }
  if (question.after > head) {
    return Unexpected{bad_request({"query parameter after", "The log ends at " + std::to_string(head) + "."})};
  }
  if (const auto account = call.target.parameter("account")) {
    if (!AccountId::valid(*account)) {
      return Unexpected{
          bad_request({"query parameter account", "An account is 1 to 128 bytes without control characters."})};
    }
    question.account = AccountId(*account);
  }
  return question;
}

asio::awaitable<Reply> answer_events(EventHub& hub, const Sequencer& sequencer, Readers& readers, const Texts& texts,
                                     Call call) {
  const auto question = event_question(call, hub.head());
  if (!question) co_return question.error();
  const auto& account = question->account;
  if (!account && !call.caller.is_operator()) co_return forbidden("Name the account whose events you follow.");
  if (account && !call.caller.may_reach(*account)) co_return forbidden("This token is for another account.");
  const bool known = !account || sequencer.with_book([&](const Book& book) { return book.find(*account) != nullptr; });
  if (!known) co_return unknown_account(*account);
  if (hub.full()) {
    co_return fault_reply({Unprocessed::Why::full, "All event streams are taken."});
  }
  Reply reply;
  reply.headers = {{"Content-Type", "text/event-stream; charset=utf-8"}};
  reply.source = event_source(hub, readers, texts, *question);
  co_return reply;
}

}  // namespace

void add_log_routes(Router& router, const Sequencer& sequencer, Readers& readers) {
  auto kept = std::make_shared<LedgerSummary>();
  router.add({.pattern = "/v1/ledger",
              .method = Verb::get,
              .parameters = {},
              .bodies = {},
              .answer = [&, kept](const Call& /*call*/) { return answer_ledger(sequencer, readers, kept); }});
  router.add({.pattern = "/v1/log",
              .method = Verb::get,
              .parameters = {"after", "to"},
              .bodies = {},
              .answer = [&](Call call) { return answer_log(sequencer, readers, std::move(call)); }});
  router.add({.pattern = "/v1/accounts/{account}/log",
              .method = Verb::get,
              .parameters = {"after", "to"},
              .bodies = {},
              .answer = [&](Call call) { return answer_account_log(sequencer, readers, std::move(call)); }});
}

void add_event_routes(Router& router, EventHub& hub, const Sequencer& sequencer, Readers& readers, const Texts& texts) {
  router.add({.pattern = "/v1/events",
              .method = Verb::get,
              .parameters = {"after", "account"},
              .bodies = {},
              .answer = [&](Call call) { return answer_events(hub, sequencer, readers, texts, std::move(call)); },
              .access = Access::any});
}

}  // namespace creditfold::service
