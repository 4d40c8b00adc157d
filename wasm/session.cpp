// SPDX-License-Identifier: Apache-2.0
#include "wasm/session.hpp"

#include <algorithm>
#include <cstring>

#include "events/cflog.hpp"
#include "ledger/consent_statement.hpp"
#include "ledger/demo.hpp"
#include "ledger/engine.hpp"
#include "ledger/explain.hpp"
#include "ledger/invoices.hpp"
#include "ledger/json.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/log_document.hpp"
#include "ledger/statement.hpp"
#include "ledger/what_if.hpp"

namespace creditfold::wasm {
namespace {

// A page shows lists in windows; more than this at once is a mistake of the caller.
constexpr std::uint32_t events_per_page_max = 10'000;
// Events that are looked at, or not, together.
constexpr std::size_t events_per_latest = 1'024;

void fold(Book& book, const Event& event) {
  const auto applied = book.apply(event);
  if (!applied) throw SessionError("damaged", applied.error().what, "event " + std::to_string(event.seq));
}

}  // namespace

std::string Session::load(std::span<const std::uint8_t> document) {
  if (log_.is_empty()) return load_first(document);
  std::vector<std::pair<AccountId, StoredBatch>> batches;
  Book book = book_;
  const auto read = read_log_document(document, [&](const AccountId& account, StoredBatch&& batch) {
    for (const Event& event : batch.events) fold(book, event);
    batches.emplace_back(account, std::move(batch));
    return true;
  });
  if (!read) throw SessionError("damaged", read.error().what, read.error().place);
  for (auto& [account, batch] : batches) keep(account, std::move(batch), {});
  settle();
  book_ = std::move(book);
  return loaded();
}

// Nothing is there that would have to stay, so that no second copy is made.
std::string Session::load_first(std::span<const std::uint8_t> document) try {
  const auto read = read_log_document(
      document, [&](const AccountId& account, StoredBatch&& batch) { return take(account, std::move(batch), {}); });
  settle();
  if (!read) throw SessionError("damaged", read.error().what, read.error().place);
  return loaded();
} catch (...) {
  log_.clear();
  book_ = Book();
  places_.clear();
  past_states_ = PastStates();
  throw;
}

bool Session::take(const AccountId& account, StoredBatch&& batch, std::span<const std::uint8_t> encoded) {
  for (const Event& event : batch.events) fold(book_, event);
  keep(account, std::move(batch), encoded);
  return true;
}

void Session::keep(const AccountId& account, StoredBatch&& batch, std::span<const std::uint8_t> encoded) {
  for (const Event& event : batch.events) keep_place(event);
  // One without events may end a document and begin the next.
  const bool may_be_there = batch.events.empty();
  if (may_be_there) settle();
  const auto adopted = may_be_there ? log_.adopt(account, std::move(batch))
                                    : log_.adopt_unsettled(account, std::move(batch), encoded);
  if (!adopted) throw SessionError("damaged", adopted.error().what);
}

void Session::settle() {
  const auto settled = log_.settle();
  if (!settled) throw SessionError("damaged", settled.error().what);
}

// The next event of its account; others are known already.
void Session::keep_place(const Event& event) {
  Places& places = places_[event.account];
  if (event.version != static_cast<std::int64_t>(places.seq.size()) + 1) return;
  places.first = std::min(places.first, event.at);
  if (places.seq.size() % events_per_latest == 0) places.latest.push_back(event.at);
  places.latest.back() = std::max(places.latest.back(), event.at);
  places.seq.push_back(event.seq);
}

void Session::load_piece(std::span<const std::uint8_t> piece, bool last) {
  if (loading_) {
    loading_->go_on(piece, last);
  } else {
    if (book_.events() != 0) throw SessionError("bad_request", "a log is read in steps into an empty ledger");
    loading_.emplace(piece, last);
  }
  is_last_piece_ = last;
}

std::string Session::load_step(std::int64_t events) {
  if (!loading_) throw SessionError("bad_request", "no log is being read");
  const auto more = loading_->step(events, [&](const AccountId& account, StoredBatch&& batch) {
    return take(account, std::move(batch), loading_->event_bytes());
  });
  settle();
  if (!more) throw SessionError("damaged", more.error().what, more.error().place);
  JsonWriter out;
  out.open('{')
      .field("read", std::string_view(std::to_string(loading_->bytes_read())))
      .field("done", !*more)
      .close('}');
  if (!*more && is_last_piece_) loading_.reset();
  return out.take();
}

std::string Session::accounts() const {
  JsonWriter out;
  out.open('{').key("accounts").open('[');
  for (const auto& [account, state] : book_.accounts()) {
    const Places& places = places_.at(account);
    out.open('{')
        .field("account", account)
        .field("version", state.version)
        .field("events", state.version)
        .field("fingerprint", fingerprint(state))
        .field("first_at", places.first)
        .field("last_at", state.latest_at)
        .field("last_seq", std::string_view(std::to_string(places.seq.empty() ? 0 : places.seq.back())))
        .close('}');
  }
  out.close(']').close('}');
  return out.take();
}

std::string Session::replay(std::optional<std::int64_t> as_of) const {
  if (!as_of) return replay_json(book_);
  Book book;
  log_.read(0, *as_of, [&](Event&& event) {
    fold(book, event);
    return true;
  });
  return replay_json(book);
}

std::string Session::balance(const AccountId& account, std::optional<Instant> at,
                             std::optional<std::int64_t> as_of) const {
  // Without either, the moment is the newest the log knows: a module has no clock.
  const AccountState* now = book_.find(account);
  if (now == nullptr) unknown(account);
  if (!at && !as_of) return balance_json(*now, now->latest_at);
  if (!at) {
    const View view = past(account, *as_of);
    return balance_json(view.state, view.moment);
  }
  const auto view = view_as_of(log_, account, AsOf{.at = at, .seq = as_of}, now->latest_at);
  if (!view) unknown(account);
  return balance_json(view->state, view->moment);
}

std::string Session::events(const std::optional<AccountId>& account, std::int64_t from, std::uint32_t limit) const {
  if (limit > events_per_page_max)
    throw SessionError("bad_request", "At most 10000 events are given at once.", "limit");
  JsonWriter out;
  std::uint32_t given = 0;
  out.open('{').key("events").open('[');
  const auto write = [&](Event&& event) {
    if ((account ? event.version : event.seq) < from) return true;
    if (given == limit) return false;
    given += 1;
    out.write_raw(to_json(event));
    return true;
  };
  if (account) {
    const auto known = places_.find(*account);
    const std::size_t skipped = from > 1 ? static_cast<std::size_t>(from) - 1 : 0;
    if (known != places_.end() && skipped < known->second.seq.size()) {
      log_.read_account(*account, skipped == 0 ? 0 : known->second.seq[skipped - 1], -1, write);
    }
  } else {
    log_.read(from > 0 ? from - 1 : 0, -1, write);
  }
  out.close(']').close('}');
  return out.take();
}

// Those up to a position, but for most that are before `since`. Usage is imported long after it was, so that `at` may
// run backwards anywhere.
void Session::read_since(const AccountId& account, Instant since, std::optional<std::int64_t> as_of,
                         const std::function<bool(Event&&)>& visit) const {
  const auto known = places_.find(account);
  if (known == places_.end()) return;
  const auto& [seq, latest, first] = known->second;
  const std::int64_t last = as_of.value_or(seq.back());
  for (std::size_t begin = 0; begin < seq.size() && seq[begin] <= last; begin += events_per_latest) {
    if (latest[begin / events_per_latest] < since) continue;
    const std::size_t end = std::min(begin + events_per_latest, seq.size());
    log_.read_account(account, begin == 0 ? 0 : seq[begin - 1], std::min(last, seq[end - 1]), visit);
  }
}

View Session::past(const AccountId& account, std::int64_t as_of) const {
  auto view = past_states_.view(log_, account, as_of);
  if (!view) unknown(account);
  return *std::move(view);
}

std::string Session::timeline(const AccountId& account, const PlanId& plan, std::int64_t after, std::uint32_t events) {
  if (after == 0) timeline_ = Timeline(plan);
  if (after != 0 && !timeline_.ends(account, plan, after))
    throw SessionError("bad_request", "a time line goes on where it ended", "after");
  const auto known = places_.find(account);
  std::int64_t record[4] = {0, known == places_.end() ? 0 : known->second.seq.back()};
  std::string bytes(reinterpret_cast<const char*>(record), 2 * sizeof *record);
  try {
    log_.read_account(account, after, -1, [&](Event&& event) {
      if (const auto point = timeline_.take(event)) {
        record[0] = point->at.micros;
        record[1] = point->remaining.micro;
        record[2] = point->uncovered.micro;
        record[3] = point->seq;
        bytes.append(reinterpret_cast<const char*>(record), sizeof record);  // wasm is little-endian
      }
      return --events != 0;
    });
  } catch (...) {
    timeline_ = Timeline(plan);  // begun anew by whoever asks next
    throw;
  }
  const std::int64_t seq = timeline_.seq();
  std::memcpy(bytes.data(), &seq, sizeof seq);
  return bytes;
}

std::string Session::outlook(const AccountId& account, Instant at, std::optional<std::int64_t> as_of) const {
  const AccountState* now = book_.find(account);
  if (now == nullptr) unknown(account);
  const EventSource events = [&](const std::function<bool(Event&&)>& visit) {
    read_since(account, Instant{at.micros - rate_window_micros}, as_of, visit);
  };
  if (!as_of) return outlook_json(creditfold::outlook(*now, events, catalog_, at), catalog_, at);
  return outlook_json(creditfold::outlook(past(account, *as_of).state, events, catalog_, at), catalog_, at);
}

std::string Session::keys(const AccountId& account, std::optional<std::int64_t> as_of, KeyWhatIf what_if) const {
  const AccountState* now = book_.find(account);
  if (now == nullptr) unknown(account);
  KeyReport report;
  log_.read_account(account, 0, as_of.value_or(-1), [&](Event&& event) {
    report.take(event);
    return true;
  });
  if (!as_of) return report.json(*now, catalog_, now->latest_at, what_if);
  const View view = past(account, *as_of);
  return report.json(view.state, catalog_, view.moment, what_if);
}

std::string Session::explain(const AccountId& account, std::string_view about, std::string_view which,
                             std::optional<std::int64_t> as_of) const {
  const auto why = read_why(about, which);
  if (!why) throw SessionError("bad_request", why.error());
  const AccountHistory history(log_, account, as_of);
  if (history.empty()) unknown(account);
  const auto told = creditfold::explain(history, *why, catalog_);
  if (!told) throw SessionError("not_found", told.error());
  return explanation_json(*told);
}

std::string Session::invoices(const AccountId& account, std::optional<Instant> at,
                              std::optional<std::int64_t> as_of) const {
  const AccountState* now = book_.find(account);
  if (now == nullptr) unknown(account);
  InvoiceWatch watch;
  const auto view = view_as_of(log_, account, AsOf{.at = at, .seq = as_of}, now->latest_at, std::ref(watch));
  if (!view) unknown(account);
  return invoices_json(view->state, view->moment, watch.lines(view->state));
}

std::string Session::consents(const AccountId& account, std::optional<std::int64_t> as_of) const {
  const AccountState* now = book_.find(account);
  if (now == nullptr) unknown(account);
  auto told = consents_as_of(log_, account, catalog_, AsOf{.at = std::nullopt, .seq = as_of}, now->latest_at);
  if (!told) unknown(account);
  return *std::move(told);
}

std::string Session::what_if(const AccountId& account, std::optional<std::int64_t> as_of, std::string_view commands,
                             Instant now) const {
  if (book_.find(account) == nullptr) unknown(account);
  auto told = what_if_json(log_, account, catalog_, as_of, commands, now);
  if (!told) throw SessionError("bad_request", told.error().what, "command " + std::to_string(told.error().line));
  return std::move(told).value();
}

std::string Session::apply(std::string_view commands, Instant now) {
  std::vector<std::string_view> texts;
  for (std::string_view rest = commands; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (rest.substr(0, end).find_first_not_of(" \t\r") != std::string_view::npos) texts.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (texts.size() > commands_per_group_max) {
    throw SessionError("bad_request",
                       "at most " + std::to_string(commands_per_group_max) + " commands are decided at once");
  }
  Engine engine(log_, catalog_, book_);
  const std::vector<Answer> answers = engine.process(texts, now);
  book_ = std::move(engine).book();
  std::string out;
  for (const Answer& answer : answers) {
    for (const Event& event : answer.accepted) keep_place(event);
    out += to_json(answer);
    out += '\n';
  }
  return out;
}

std::string Session::demo(Instant now) {
  if (book_.events() != 0) throw SessionError("bad_request", "the demo begins an empty ledger");
  fill_demo(log_, catalog_, now);
  log_.read(0, -1, [&](Event&& event) {
    fold(book_, event);
    keep_place(event);
    return true;
  });
  return loaded();
}

std::string Session::loaded() const {
  JsonWriter out;
  out.open('{')
      .field("events", book_.events())
      .field("last_seq", std::string_view(std::to_string(book_.seq())))
      .close('}');
  return out.take();
}

std::string Session::export_log(LogRange range, std::uint32_t bytes) const {
  const std::int64_t head = log_.head();
  if (range.after < 0 || range.after > head) throw SessionError("bad_request", "the log has no such position", "after");
  // Of one account, its events keep the positions they have in the whole log; all are of one partition.
  if (!range.account && book_.accounts().size() == 1) range.account = book_.accounts().begin()->first;
  range.to = range.to < 0 ? head : std::min(range.to, head);
  CflogHeader header{range.after, range.account};
  log_.read(0, -1, [&](Event&& event) {
    header.partition = std::move(event.partition);
    return false;
  });
  std::string out(2 * sizeof(std::int64_t), '\0');
  CflogWriter writer(
      [&](std::span<const std::uint8_t> part) { out.append(reinterpret_cast<const char*>(part.data()), part.size()); },
      header);
  std::int64_t covered = range.after;
  bool whole = true;
  log_.read_batches(range, [&](const AccountId& account, StoredBatch&& batch) {
    for (const Event& event : batch.events) writer.event(event);
    if (!batch.events.empty()) covered = batch.events.back().seq;
    // A batch that is cut is closed by the document that goes on.
    if (batch.first_seq + batch.count - 1 <= range.to)
      writer.batch(BatchMark{account, batch.key, batch.command, batch.count});
    // Batches without events that stand behind this one begin the next part, and are in no other; there is none behind
    // the last.
    whole = batch.events.empty() || covered == range.to || out.size() < bytes;
    return whole;
  });
  if (whole) covered = range.to;
  (void)writer.finish(covered);
  const std::int64_t positions[2] = {covered, range.to};
  std::memcpy(out.data(), positions, sizeof positions);  // wasm is little-endian
  return out;
}

}  // namespace creditfold::wasm
