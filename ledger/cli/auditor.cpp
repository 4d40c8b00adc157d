// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/auditor.hpp"

#include <algorithm>
#include <limits>

#include "events/codec.hpp"
#include "ledger/json.hpp"
#include "ledger/kept_book.hpp"

namespace creditfold::cli {
namespace {

std::string broken_encoding(const Event& event, std::span<const std::uint8_t> stored) {
  std::vector<std::uint8_t> encoded;
  encode_event(event, encoded);
  if (!stored.empty() && !std::equal(encoded.begin(), encoded.end(), stored.begin(), stored.end())) {
    return "the event does not encode to the bytes it came from";
  }
  auto decoded = decode_event(encoded);
  if (!decoded) return "the event's bytes do not decode: " + decoded.error().what;
  decoded->seq = event.seq;
  decoded->partition = event.partition;
  if (!(*decoded == event)) return "the event's bytes decode to another event";
  const auto parsed = parse_event(to_json(event));
  if (!parsed || !(*parsed == event)) return "the event's JSON is another event";
  return {};
}

std::string described(const Event& event) {
  return "event " + std::to_string(event.seq) + " (account " + event.account.value + ", version " +
         std::to_string(event.version) + ", " + std::string(type_name(event.payload)) + "): ";
}

std::string key_of(const AccountId& account, const IdempotencyKey& key) {
  return account.value + '\n' + key.value;  // an account's id has no line ends
}

}  // namespace

bool Auditor::take(const LogItem& item) {
  if (const Event* event = std::get_if<Event>(&item.fact)) return take_event(*event, item);
  if (const Departed* departed = std::get_if<Departed>(&item.fact)) return take_departed(*departed, item);
  return take_mark(std::get<BatchMark>(item.fact), item);
}

void Auditor::expect_kept_books(const SqlitePartitions& partitions) {
  for (const RegionId& region : partitions.regions()) {
    const Book book = kept_book(*partitions.find(region));
    const bool expected = book.seq() > 0 && partitions.unburied(region).empty();  // who was left behind is in it still
    if (expected) kept_[region] = {book.seq(), fingerprint(book)};
  }
}

bool Auditor::agrees_with_kept(const RegionId& region, std::int64_t seq, const Place& place) {
  const auto kept = kept_.find(region);
  if (kept == kept_.end() || kept->second.seq >= seq) return true;
  const Kept expected = kept->second;
  kept_.erase(kept);
  if (fingerprint(books_[region]) == expected.fingerprint) return true;
  return found(expected.seq, place, "the book kept beside the log of region " + region.value +
                                        " is not what its events fold to; remove the file state there", false);
}

// Gaps are right where a log holds one account's part, and wrong where it holds more.
void Auditor::finish(const SqlitePartitions* partitions) {
  std::size_t accounts = 0;
  for (const auto& [region, book] : books_) accounts += book.accounts().size();
  if (first_gap_ && accounts > 1) finding_ = first_gap_;
  for (const auto& [region, book] : books_) {
    if (!finding_) agrees_with_kept(region, std::numeric_limits<std::int64_t>::max(), Place{});
  }
  if (!finding_ && partitions != nullptr) check_tombstones(*partitions);
}

bool Auditor::take_event(const Event& event, const LogItem& item) {
  const auto contradicts = [&](std::string what) { return found(event.seq, item.place, std::move(what), false); };
  if (const auto broken = broken_encoding(event, item.bytes); !broken.empty()) {
    return found(event.seq, item.place, broken, true);
  }
  Book& book = books_[item.region];
  position_ = book.seq();
  note_gap(event.seq, item);
  if (!agrees_with_kept(item.region, event.seq, item.place)) return false;
  if (const auto* closed = std::get_if<PeriodClosed>(&event.payload)) {
    const AccountState* before = book.find(event.account);
    const std::string broken = before ? broken_close(*before, *closed) : std::string();
    if (!broken.empty()) return contradicts(described(event) + broken);
  }
  for (const auto& [region, other] : books_) {
    if (&other != &book && other.find(event.account) != nullptr) {
      return contradicts(described(event) + "the account lives in " + region.value + " too");
    }
  }
  if (const auto folded = book.apply(event); !folded) return contradicts(to_text(folded.error()));
  position_ = event.seq;
  const std::string broken = broken_invariant(*book.find(event.account));
  if (!broken.empty()) return contradicts(described(event) + broken);
  if (!take_key(event, item)) return false;
  const auto* migrated = std::get_if<RegionMigrated>(&event.payload);
  return migrated == nullptr || take_migration(event, *migrated, item);
}

bool Auditor::take_departed(const Departed& departed, const LogItem& item) {
  Book& book = books_[item.region];
  note_gap(departed.first_seq, item);
  if (departed.first_seq <= book.seq()) {
    return found(departed.first_seq, item.place, "positions are explained that hold events", false);
  }
  book.advance(departed.last_seq, 0);
  position_ = departed.last_seq;
  const std::int64_t positions = departed.last_seq - departed.first_seq + 1;
  const auto known = std::find_if(explained_.begin(), explained_.end(), [&](const Explained& other) {
    return other.region == item.region && other.account == departed.account && other.to == departed.to;
  });
  if (known != explained_.end()) {
    known->positions += positions;
  } else {
    explained_.push_back({item.region, departed.account, departed.to, positions});
  }
  return true;
}

void Auditor::note_gap(std::int64_t seq, const LogItem& item) {
  const std::int64_t before = books_[item.region].seq();
  if (seq == before + 1 || first_gap_) return;
  first_gap_ =
      Finding{false, seq, to_text(item.place), "position " + std::to_string(before + 1) + " is missing before it"};
}

// Without marks, a batch is the events of one key that follow each other in their account.
bool Auditor::take_key(const Event& event, const LogItem& item) {
  Run& run = runs_[event.account];
  if (run.length == 0 || run.key != event.key) {
    for (const Event& earlier : run.events) run.before.add(earlier);
    run.events.clear();
    run.key = event.key;
    run.length = 0;
    if (!keys_.insert(key_of(event.account, event.key)).second) {
      return found(event.seq, item.place, described(event) + "its key was another batch's before", false);
    }
  }
  run.events.push_back(event);
  ++run.length;
  return true;
}

bool Auditor::take_mark(const BatchMark& mark, const LogItem& item) {
  Run& run = runs_[mark.account];
  const bool closes = mark.events == 0 || (run.key == mark.key && run.length == mark.events);
  const std::string what = "the batch of key " + mark.key.value + " of account " + mark.account.value + " ";
  if (!closes) return found(position_, item.place, what + "is not the events before it", false);
  if (mark.events == 0 && !keys_.insert(key_of(mark.account, mark.key)).second) {
    return found(position_, item.place, what + "has the key of another before it", false);
  }
  run.length = 0;
  ++batches_;
  return true;
}

// RES-1: the events copied are those before the batch, to the byte.
bool Auditor::take_migration(const Event& event, const RegionMigrated& fact, const LogItem& item) {
  Run& run = runs_[event.account];
  run.migrations.push_back(fact);
  const Copied recorded{fact.events, fact.hash};
  if (fact.hash.value.empty() || run.before.copied() == recorded) return true;  // empty: a what-if, nothing was copied
  return found(event.seq, item.place, described(event) + "it records other events than those before it", false);
}

// Every account that left is somewhere, and says itself what its tombstone says.
void Auditor::check_tombstones(const SqlitePartitions& partitions) {
  for (const RegionId& region : partitions.regions()) {
    for (const Tombstone& tombstone : partitions.find(region)->tombstones()) {
      const auto run = runs_.find(tombstone.account);
      const bool told =
          run != runs_.end() &&
          std::any_of(run->second.migrations.begin(), run->second.migrations.end(), [&](const auto& fact) {
            return fact.from == region && fact.to == tombstone.to && Copied{fact.events, fact.hash} == tombstone.copied;
          });
      if (told) continue;
      finding_ = Finding{false, 0, "region " + region.value,
                         "account " + tombstone.account.value + " left for " + tombstone.to.value +
                             ", and nothing anywhere says that it arrived"};
      return;
    }
  }
}

bool Auditor::found(std::int64_t seq, const Place& place, std::string what, bool damaged) {
  finding_ = Finding{damaged, seq, to_text(place), std::move(what)};
  return false;
}

}  // namespace creditfold::cli
