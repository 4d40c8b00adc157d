// SPDX-License-Identifier: Apache-2.0
#include "ledger/log_document.hpp"

#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "ledger/json.hpp"

namespace creditfold {
namespace {

using Visit = std::function<bool(const AccountId&, StoredBatch&&)>;

// Gathers the events of a batch until something else begins. Most batches are one event: each is read into the room of
// the one before, unless whoever is visited took that.
class Gathering {
 public:
  Gathering() { batch_.events.resize(1); }

  // Where the next event is to be put, before `take`.
  [[nodiscard]] Event& room() { return is_empty_ ? batch_.events.front() : next_; }
  // `bytes`: its own, as long as they are there.
  [[nodiscard]] bool take(std::span<const std::uint8_t> bytes, const Visit& visit) {
    if (!is_empty_ && is_of(next_.account, next_.key)) {
      batch_.events.push_back(std::move(next_));
      bytes_ = {};
      return true;
    }
    if (!is_empty_) {
      if (!flush({}, visit)) return false;
      batch_.events.front() = std::move(next_);
    }
    is_empty_ = false;
    bytes_ = bytes;
    return true;
  }
  // Those of the events taken go.
  void forget_bytes() { bytes_ = {}; }
  // Of the batch's only event, if they are there.
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  [[nodiscard]] bool flush(const CommandDigest& digest, const Visit& visit) {
    if (is_empty_) return true;
    const Event& first = batch_.events.front();
    account_ = first.account;
    batch_.key = first.key;
    batch_.command = digest;
    batch_.first_seq = first.seq;
    batch_.count = static_cast<std::int64_t>(batch_.events.size());
    const bool more = visit(account_, std::move(batch_));
    batch_.events.resize(1);
    is_empty_ = true;
    return more;
  }
  // `seq`: of the newest event before the mark.
  [[nodiscard]] bool mark(const BatchMark& mark, std::int64_t seq, const Visit& visit) {
    if (!is_empty_ && is_of(mark.account, mark.key)) return flush(mark.command, visit);
    if (!flush({}, visit)) return false;
    bytes_ = {};
    return visit(mark.account,
                 StoredBatch{.key = mark.key, .command = mark.command, .events = {}, .first_seq = seq + 1, .count = 0});
  }

 private:
  [[nodiscard]] bool is_of(const AccountId& account, const IdempotencyKey& key) const {
    return batch_.events.front().account == account && batch_.events.front().key == key;
  }

  AccountId account_;
  StoredBatch batch_;  // at least one event
  std::span<const std::uint8_t> bytes_;
  Event next_;
  bool is_empty_ = true;
};

LogFault line_fault(std::size_t line, const EventFault& fault, std::int64_t seq) {
  return {"line " + std::to_string(line) + ", " + fault.place, seq, fault.what};
}

Expected<std::int64_t, LogFault> read_json_lines(std::string_view text, const Visit& visit) {
  Gathering gathering;
  std::int64_t seq = 0;
  std::optional<RegionId> partition;  // of the events before
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    const std::string_view row = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (row.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (is_departed(row)) {
      const auto departed = parse_departed(row);
      if (!departed) return Unexpected{line_fault(line, departed.error(), seq)};
      if (departed->first_seq <= seq) {
        return Unexpected{line_fault(line, {"/departed", "does not follow the event before it"}, seq)};
      }
      if (!gathering.flush({}, visit)) return seq;
      seq = departed->last_seq;
      continue;
    }
    auto event = parse_event(row);
    if (!event) return Unexpected{line_fault(line, event.error(), seq)};
    if (partition && *partition != event->partition) {
      return Unexpected{line_fault(line, {"/partition", "is another than that of the events before it"}, seq)};
    }
    partition = event->partition;
    if (event->seq <= seq) return Unexpected{line_fault(line, {"/seq", "does not follow the event before it"}, seq)};
    seq = event->seq;
    gathering.room() = std::move(*event);
    if (!gathering.take({}, visit)) return seq;
  }
  (void)gathering.flush({}, visit);
  return seq;
}

}  // namespace

std::string to_text(const LogFault& fault) {
  return fault.place + " (after seq " + std::to_string(fault.after_seq) + "): " + fault.what;
}

struct CflogSteps::State {
  State(std::span<const std::uint8_t> piece, bool is_last) : reader(piece, is_last), last(is_last) {}

  CflogReader reader;
  bool last = true;
  Gathering gathering;
  std::int64_t seq = 0;
};

CflogSteps::CflogSteps(std::span<const std::uint8_t> piece, bool last) : state_(std::make_unique<State>(piece, last)) {}
CflogSteps::~CflogSteps() = default;
CflogSteps::CflogSteps(CflogSteps&&) noexcept = default;
CflogSteps& CflogSteps::operator=(CflogSteps&&) noexcept = default;

void CflogSteps::go_on(std::span<const std::uint8_t> piece, bool last) {
  state_->reader.go_on(piece, last);
  state_->gathering.forget_bytes();
  state_->last = last;
}

Expected<bool, LogFault> CflogSteps::step(std::int64_t events, const Visit& visit) {
  auto& [reader, last, gathering, seq] = *state_;
  for (std::int64_t left = events; left > 0;) {
    auto item = reader.next(gathering.room());
    if (!item) return Unexpected{LogFault{"byte " + std::to_string(item.error().offset), seq, item.error().what}};
    bool more = item->has_value();
    if (!more) {
      if (last) (void)gathering.flush({}, visit);
    } else if (auto* const* event = std::get_if<Event*>(&**item)) {
      seq = (*event)->seq;
      more = gathering.take(reader.event_bytes(), visit);
      left -= 1;
    } else if (const auto* mark = std::get_if<const BatchMark*>(&**item)) {
      more = gathering.mark(**mark, seq, visit);
    } else if (const auto* departed = std::get_if<const Departed*>(&**item)) {
      more = gathering.flush({}, visit);
      seq = (*departed)->last_seq;
    } else if (const auto* end = std::get_if<const CflogEnd*>(&**item)) {
      more = gathering.flush({}, visit);
      seq = (*end)->seq;
    }
    if (!more) return false;
  }
  return true;
}

std::span<const std::uint8_t> CflogSteps::event_bytes() const { return state_->gathering.bytes(); }
std::size_t CflogSteps::bytes_read() const { return state_->reader.offset(); }
std::int64_t CflogSteps::seq() const { return state_->seq; }

Expected<std::int64_t, LogFault> read_log_document(std::span<const std::uint8_t> bytes, const Visit& visit) {
  if (is_cflog(bytes)) {
    CflogSteps steps(bytes, true);
    const auto read = steps.step(std::numeric_limits<std::int64_t>::max(), visit);
    if (!read) return Unexpected{read.error()};
    return steps.seq();
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] != '{') {
    return Unexpected{
        LogFault{"byte " + std::to_string(first), 0, "is the beginning of neither a .cflog nor a JSON Lines log"}};
  }
  return read_json_lines(text, visit);
}

}  // namespace creditfold
