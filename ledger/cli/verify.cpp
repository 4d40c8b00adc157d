// SPDX-License-Identifier: Apache-2.0
// creditfold verify: everything a log says, held against itself. Damaged bytes and facts that contradict each other end
// differently, and the first of either is named with its position and its place.
#include <optional>
#include <unordered_set>

#include "events/codec.hpp"
#include "ledger/cli/commands.hpp"
#include "ledger/cli/log_source.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/cli/progress.hpp"
#include "ledger/cli/table.hpp"
#include "ledger/json.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/replay.hpp"

namespace creditfold::cli {
namespace {

struct Finding {
  bool damaged = false;  // bytes; otherwise facts
  std::int64_t seq = 0;  // the first bad position; of damaged bytes, the first that is not sound
  std::string place;
  std::string what;
};

// Takes a log item by item and stops at the first that cannot be.
class Auditor {
 public:
  // false: a finding was made.
  bool take(const LogItem& item) {
    if (const Event* event = std::get_if<Event>(&item.fact)) return take_event(*event, item);
    return take_mark(std::get<BatchMark>(item.fact), item);
  }

  // Gaps are right where a log holds one account's part, and wrong where it holds more.
  void finish() {
    if (first_gap_ && book_.accounts().size() > 1) finding_ = first_gap_;
  }

  [[nodiscard]] const std::optional<Finding>& finding() const { return finding_; }
  [[nodiscard]] const Book& book() const { return book_; }
  [[nodiscard]] std::int64_t batches() const { return batches_; }

 private:
  bool take_event(const Event& event, const LogItem& item) {
    const auto contradicts = [&](std::string what) { return found(event.seq, item.place, std::move(what), false); };
    if (const auto broken = broken_encoding(event, item.bytes); !broken.empty()) {
      return found(event.seq, item.place, broken, true);
    }
    if (event.seq != book_.seq() + 1 && !first_gap_) {
      first_gap_ = Finding{false, event.seq, to_text(item.place),
                           "position " + std::to_string(book_.seq() + 1) + " is missing before it"};
    }
    if (const auto* closed = std::get_if<PeriodClosed>(&event.payload)) {
      const AccountState* before = book_.find(event.account);
      const std::string broken = before ? broken_close(*before, *closed) : std::string();
      if (!broken.empty()) return contradicts(described(event) + broken);
    }
    if (const auto folded = book_.apply(event); !folded) return contradicts(to_text(folded.error()));
    const std::string broken = broken_invariant(*book_.find(event.account));
    if (!broken.empty()) return contradicts(described(event) + broken);
    return take_key(event, item);
  }

  // Without marks, a batch is the events of one key that follow each other in their account.
  bool take_key(const Event& event, const LogItem& item) {
    Run& run = runs_[event.account];
    if (run.length == 0 || run.key != event.key) {
      run = {event.key, 0};
      if (!keys_.insert(key_of(event.account, event.key)).second) {
        return found(event.seq, item.place, described(event) + "its key was another batch's before", false);
      }
    }
    ++run.length;
    return true;
  }

  bool take_mark(const BatchMark& mark, const LogItem& item) {
    Run& run = runs_[mark.account];
    const bool closes = mark.events == 0 || (run.key == mark.key && run.length == mark.events);
    const std::string described = "the batch of key " + mark.key.value + " of account " + mark.account.value + " ";
    if (!closes) return found(book_.seq(), item.place, described + "is not the events before it", false);
    if (mark.events == 0 && !keys_.insert(key_of(mark.account, mark.key)).second) {
      return found(book_.seq(), item.place, described + "has the key of another before it", false);
    }
    run.length = 0;
    ++batches_;
    return true;
  }

  static std::string broken_encoding(const Event& event, std::span<const std::uint8_t> stored) {
    std::vector<std::uint8_t> encoded;
    encode_event(event, encoded);
    if (!stored.empty() && !std::equal(encoded.begin(), encoded.end(), stored.begin(), stored.end())) {
      return "the event does not encode to the bytes it came from";
    }
    auto decoded = decode_event(encoded);
    if (!decoded) return "the event's bytes do not decode: " + decoded.error().what;
    decoded->seq = event.seq;
    if (!(*decoded == event)) return "the event's bytes decode to another event";
    const auto parsed = parse_event(to_json(event));
    if (!parsed || !(*parsed == event)) return "the event's JSON is another event";
    return {};
  }

  static std::string described(const Event& event) {
    return "event " + std::to_string(event.seq) + " (account " + event.account.value + ", version " +
           std::to_string(event.version) + ", " + std::string(type_name(event.payload)) + "): ";
  }
  static std::string key_of(const AccountId& account, const IdempotencyKey& key) {
    return account.value + '\n' + key.value;  // ids have no line ends
  }
  bool found(std::int64_t seq, const Place& place, std::string what, bool damaged) {
    finding_ = Finding{damaged, seq, to_text(place), std::move(what)};
    return false;
  }

  struct Run {
    IdempotencyKey key;
    std::int64_t length = 0;
  };
  Book book_;
  std::map<AccountId, Run> runs_;
  std::unordered_set<std::string> keys_;
  std::int64_t batches_ = 0;
  std::optional<Finding> first_gap_;
  std::optional<Finding> finding_;
};

std::optional<Finding> audit(const LogSource& source, Auditor& auditor) {
  try {
    Progress progress("verifying " + source.name(), source.total());
    source.read([&](LogItem&& item) {
      progress.advance_to(item.done);
      return auditor.take(item);
    });
    if (!auditor.finding()) {
      source.check_structure();
      auditor.finish();
    }
  } catch (const DamagedLog& damaged) {
    return Finding{true, auditor.book().seq() + 1, to_text(damaged.place()), damaged.why()};
  } catch (const Fault& fault) {
    if (to_status(fault.kind()) != ExitStatus::damaged) throw;
    return Finding{true, auditor.book().seq() + 1, "", fault.what()};
  }
  return auditor.finding();
}

std::string good_json(const LogSource& source, const Auditor& auditor) {
  const Book& book = auditor.book();
  JsonWriter out;
  out.open('{').field("ok", true).field("log", source.form_name()).field("events", book.events());
  if (source.form() != LogSource::Form::json_lines) out.field("batches", auditor.batches());
  out.field("accounts", static_cast<std::int64_t>(book.accounts().size()))
      .field("seq", book.seq())
      .field("fingerprint", fingerprint(book))
      .close('}');
  return out.take();
}

std::string bad_json(const Finding& finding) {
  JsonWriter out;
  out.open('{').field("ok", false).field("damaged", finding.damaged).field("seq", finding.seq);
  if (!finding.place.empty()) out.field("place", std::string_view(finding.place));
  out.field("what", std::string_view(finding.what)).close('}');
  return out.take();
}

std::string good_text(const LogSource& source, const Auditor& auditor) {
  const Book& book = auditor.book();
  std::string text = source.name() + " is sound: " + counted(book.events(), "event");
  if (source.form() != LogSource::Form::json_lines) text += " in " + counted(auditor.batches(), "accepted command");
  return text + " of " + counted(static_cast<std::int64_t>(book.accounts().size()), "account") +
         " decode, fold and agree with each other.\nFingerprint " + to_hex(fingerprint(book));
}

std::string bad_text(const LogSource& source, const Finding& finding) {
  const std::string place = finding.place.empty() ? "" : ", " + finding.place;
  const std::string from = "position " + std::to_string(finding.seq);
  const std::string what = finding.damaged ? " is damaged from " + from + " on" : " contradicts itself at " + from;
  return source.name() + what + place + ": " + finding.what;
}

}  // namespace

ExitStatus run(const VerifyOptions& options) {
  std::optional<LogSource> source;
  Output out = Output::standard();
  try {
    source.emplace(options.log);
  } catch (const Fault& fault) {
    if (!options.json || to_status(fault.kind()) != ExitStatus::damaged) throw;
    out.line(bad_json({true, 1, "", fault.what()}));
    out.flush();
    throw;
  }
  Auditor auditor;
  const std::optional<Finding> finding = audit(*source, auditor);
  if (finding) say(bad_text(*source, *finding));
  if (finding && options.json) out.line(bad_json(*finding));
  if (!finding) out.line(options.json ? good_json(*source, auditor) : good_text(*source, auditor));
  out.flush();
  if (!finding) return ExitStatus::done;
  return finding->damaged ? ExitStatus::damaged : ExitStatus::refused;
}

}  // namespace creditfold::cli
