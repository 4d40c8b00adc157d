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

// Gathers the events of a batch until something else begins.
class Gathering {
 public:
  [[nodiscard]] bool event(Event&& event, const Visit& visit) {
    if (!events_.empty() && (event.account != events_.front().account || event.key != events_.front().key) && !flush({}, visit)) {
      return false;
    }
    events_.push_back(std::move(event));
    return true;
  }
  [[nodiscard]] bool flush(const CommandDigest& digest, const Visit& visit) {
    if (events_.empty()) return true;
    const AccountId account = events_.front().account;
    StoredBatch batch{.key = events_.front().key,
                      .command = digest,
                      .events = {},
                      .first_seq = events_.front().seq,
                      .count = static_cast<std::int64_t>(events_.size())};
    batch.events = std::exchange(events_, {});
    return visit(account, std::move(batch));
  }
  // `seq`: of the newest event before the mark.
  [[nodiscard]] bool mark(const BatchMark& mark, std::int64_t seq, const Visit& visit) {
    const bool closes = !events_.empty() && events_.front().account == mark.account && events_.front().key == mark.key;
    if (closes) return flush(mark.command, visit);
    if (!flush({}, visit)) return false;
    return visit(mark.account, StoredBatch{.key = mark.key, .command = mark.command, .events = {}, .first_seq = seq + 1, .count = 0});
  }

 private:
  std::vector<Event> events_;
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
    if (!gathering.event(std::move(*event), visit)) return seq;
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
  state_->last = last;
}

Expected<bool, LogFault> CflogSteps::step(std::int64_t events, const Visit& visit) {
  auto& [reader, last, gathering, seq] = *state_;
  for (std::int64_t left = events; left > 0;) {
    auto item = reader.next();
    if (!item) return Unexpected{LogFault{"byte " + std::to_string(item.error().offset), seq, item.error().what}};
    bool more = item->has_value();
    if (!more) {
      if (last) (void)gathering.flush({}, visit);
    } else if (auto* event = std::get_if<Event>(&**item)) {
      seq = event->seq;
      more = gathering.event(std::move(*event), visit);
      left -= 1;
    } else if (const auto* mark = std::get_if<BatchMark>(&**item)) {
      more = gathering.mark(*mark, seq, visit);
    } else if (const auto* departed = std::get_if<Departed>(&**item)) {
      more = gathering.flush({}, visit);
      seq = departed->last_seq;
    } else if (const auto* end = std::get_if<CflogEnd>(&**item)) {
      more = gathering.flush({}, visit);
      seq = end->seq;
    }
    if (!more) return false;
  }
  return true;
}

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
    return Unexpected{LogFault{"byte " + std::to_string(first), 0, "is the beginning of neither a .cflog nor a JSON Lines log"}};
  }
  return read_json_lines(text, visit);
}

}  // namespace creditfold
