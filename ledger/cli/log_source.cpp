// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/log_source.hpp"

#include <filesystem>
#include <map>
#include <utility>

#include "ledger/cli/byte_order_mark.hpp"
#include "ledger/cli/exit_status.hpp"
#include "ledger/cli/output.hpp"
#include "ledger/json.hpp"

namespace creditfold::cli {
namespace {

constexpr char cflog_first_byte =
    '\x89';  // no text begins with it, so that even a cut document is known for what it is

std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// By content; an empty file has none, and is an empty log unless its name says that it should be a document.
LogSource::Form form_of(const std::string& name, std::string_view content) {
  const bool document =
      content.empty() ? std::filesystem::path(name).extension() == ".cflog" : content.front() == cflog_first_byte;
  return document ? LogSource::Form::cflog : LogSource::Form::json_lines;
}

}  // namespace

std::string to_text(const Place& place) {
  const std::string number = std::to_string(place.number);
  switch (place.unit) {
    case Place::Unit::position:
      return "position " + number;
    case Place::Unit::byte:
      return "byte " + number;
    case Place::Unit::line:
      return "line " + number;
  }
  return number;
}

LogSource::LogSource(const std::string& name) : name_(name) {
  if (std::filesystem::is_directory(name)) {
    partitions_ = std::make_unique<SqlitePartitions>(name, true);
    regions_ = partitions_->regions();
  } else {
    content_ = read_whole(name);
    form_ = form_of(name, content_);
  }
}

std::string_view LogSource::form_name() const {
  switch (form_) {
    case Form::directory:
      return "data directory";
    case Form::cflog:
      return ".cflog";
    case Form::json_lines:
      return "JSON Lines";
  }
  return {};
}

std::int64_t LogSource::total() const {
  std::int64_t total = static_cast<std::int64_t>(content_.size());
  for (const RegionId& region : regions_) total += partitions_->find(region)->head();
  return total;
}

std::vector<RegionId> LogSource::regions() const { return partitions_ ? regions_ : std::vector<RegionId>{RegionId{}}; }

void LogSource::restrict_to(const RegionId& region) {
  const bool there = partitions_ && partitions_->find(region) != nullptr;
  if (!there) throw UsageError(name_ + " has no log of region " + region.value);
  regions_ = {region};
}

void LogSource::read(const Visit& visit) const { read_as_formed(visit, true); }

void LogSource::read_events(const std::function<bool(Event&&, const RegionId&, std::int64_t)>& visit) const {
  const Visit events_only = [&](LogItem&& item) {
    Event* event = std::get_if<Event>(&item.fact);
    return event == nullptr || visit(std::move(*event), item.region, item.done);
  };
  read_as_formed(events_only, false);
}

void LogSource::read_as_formed(const Visit& visit, bool with_marks) const {
  switch (form_) {
    case Form::directory:
      return read_directory(visit, with_marks);
    case Form::cflog:
      return read_cflog(visit);
    case Form::json_lines:
      return read_json_lines(visit);
  }
}

void LogSource::read_directory(const Visit& visit, bool with_marks) const {
  std::int64_t done = 0;
  for (const RegionId& region : regions_) {
    if (!read_region(region, done, visit, with_marks)) return;
    done += partitions_->find(region)->head();
  }
}

namespace {

// Gives one region's events in order, and between them what explains the positions of those that left.
class RegionReading {
 public:
  RegionReading(const SqlitePartitions& partitions, const RegionId& region, std::int64_t done,
                const LogSource::Visit& visit)
      : log_(*partitions.find(region)), region_(region), done_(done), visit_(visit) {
    for (const AccountId& account : partitions.unburied(region)) {
      unburied_.emplace(account, partitions.home_of(account)->region());
    }
  }

  [[nodiscard]] bool event(Event&& event, bool explained) {
    const std::int64_t seq = event.seq;
    if (explained && !explain(seq - 1)) return false;
    seq_ = seq;
    const auto moved = unburied_.find(event.account);
    if (moved == unburied_.end()) return give(std::move(event));
    return !explained || give(Departed{seq, seq, event.account, moved->second});
  }
  [[nodiscard]] bool mark(BatchMark mark, std::int64_t last) {
    if (unburied_.count(mark.account) > 0) return true;
    return visit_(item(std::move(mark), last));
  }
  // What lies behind the last event, up to `to`.
  [[nodiscard]] bool explain(std::int64_t to) {
    if (to <= seq_) return true;
    for (const Departed& run : log_.departed(seq_, to)) {
      if (!give(run)) return false;
    }
    return true;
  }

 private:
  template <class Fact>
  [[nodiscard]] LogItem item(Fact fact, std::int64_t seq) const {
    return {.fact = std::move(fact), .region = region_, .place = {Place::Unit::position, seq}, .bytes = {},
            .done = done_ + seq};
  }
  [[nodiscard]] bool give(Event&& event) {
    const std::int64_t seq = event.seq;
    return visit_(item(std::move(event), seq));
  }
  [[nodiscard]] bool give(const Departed& run) { return visit_(item(run, run.last_seq)); }

  const SqliteLog& log_;
  const RegionId& region_;
  std::int64_t done_;
  const LogSource::Visit& visit_;
  std::map<AccountId, RegionId> unburied_;
  std::int64_t seq_ = 0;
};

}  // namespace

bool LogSource::read_region(const RegionId& region, std::int64_t done, const Visit& visit, bool with_marks) const {
  const SqliteLog& log = *partitions_->find(region);
  const std::int64_t head = log.head();  // a service may be appending: one end for all that is read
  RegionReading reading(*partitions_, region, done, visit);
  bool more = true;
  if (!with_marks) {
    log.read(0, head, [&](Event&& event) { return more = reading.event(std::move(event), false); });
    return more;
  }
  log.read_batches({.after = 0, .to = head, .account = std::nullopt},
                   [&](const AccountId& account, StoredBatch&& batch) {
                     for (Event& event : batch.events) {
                       if (more) more = reading.event(std::move(event), true);
                     }
                     const std::int64_t last = batch.first_seq - 1 + batch.count;
                     return more = more && reading.mark({account, batch.key, batch.command, batch.count}, last);
                   });
  return more && reading.explain(head);
}

namespace {

[[noreturn]] void refuse_middle(const std::string& name, std::int64_t after) {
  throw UsageError(name + " begins after position " + std::to_string(after) +
                   " of its log; it takes the log from its beginning to fold it");
}

// Lines do not say where they begin. What begins behind the log's first position is one account's part, or a region's
// whose first accounts left it, when its first event is its account's first; else it is a middle.
class Beginning {
 public:
  explicit Beginning(const std::string& name) : name_(name) {}

  void take(const Event& event) { take(event.seq, event.version > 1); }
  void take(const Departed& run) { take(run.first_seq, true); }

 private:
  void take(std::int64_t seq, bool goes_on) {
    if (!std::exchange(known_, true) && seq > 1 && goes_on) refuse_middle(name_, seq - 1);
  }

  const std::string& name_;
  bool known_ = false;
};

}  // namespace

void LogSource::read_cflog(const Visit& visit) const {
  const auto bytes = as_bytes(content_);
  CflogReader reader(bytes);
  Place place{Place::Unit::byte, 0};
  for (;;) {
    Event event;
    auto next = reader.next(event);
    if (!next) {
      throw DamagedLog(name_, {Place::Unit::byte, static_cast<std::int64_t>(next.error().offset)}, next.error().what);
    }
    if (!next->has_value()) return;
    const CflogItem& item = **next;
    if (const auto* header = std::get_if<const CflogHeader*>(&item); header != nullptr && place.number == 0) {
      if ((*header)->after > 0) refuse_middle(name_, (*header)->after);
    } else if (std::holds_alternative<Event*>(item)) {
      const auto stored = reader.event_bytes();
      place.number = stored.data() - bytes.data();
      const std::int64_t done = place.number + static_cast<std::int64_t>(stored.size());
      if (!visit({.fact = std::move(event), .region = {}, .place = place, .bytes = stored, .done = done})) return;
    } else if (const auto* mark = std::get_if<const BatchMark*>(&item)) {
      if (!visit({.fact = **mark, .region = {}, .place = place, .bytes = {}, .done = place.number})) return;
    } else if (const auto* departed = std::get_if<const Departed*>(&item)) {
      if (!visit({.fact = **departed, .region = {}, .place = place, .bytes = {}, .done = place.number})) return;
    }
  }
}

void LogSource::read_json_lines(const Visit& visit) const {
  std::string_view rest = content_;
  if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
  Beginning beginning(name_);
  for (Place place{Place::Unit::line, 1}; !rest.empty(); ++place.number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto done = static_cast<std::int64_t>(content_.size() - rest.size());
    if (is_departed(line)) {
      auto departed = parse_departed(line);
      if (!departed) throw DamagedLog(name_, place, departed.error().place + " " + departed.error().what);
      beginning.take(*departed);
      if (!visit({.fact = *std::move(departed), .region = {}, .place = place, .bytes = {}, .done = done})) return;
      continue;
    }
    auto event = parse_event(line);
    if (!event) throw DamagedLog(name_, place, "no event: " + event.error().place + " " + event.error().what);
    beginning.take(*event);
    if (!visit({.fact = std::move(*event), .region = {}, .place = place, .bytes = {}, .done = done})) return;
  }
}

void LogSource::check_structure() const {
  for (const RegionId& region : regions_) partitions_->find(region)->check_structure();
}

}  // namespace creditfold::cli
