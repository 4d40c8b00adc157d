// SPDX-License-Identifier: Apache-2.0
#include "ledger/cli/lines.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "events/log.hpp"
#include "ledger/cli/byte_order_mark.hpp"
#include "ledger/engine.hpp"

namespace creditfold::cli {
namespace {

// What a group may weigh: a thousand ordinary commands are 200 KiB, and no group needs more memory than this.
constexpr std::size_t group_bytes_max = 8U << 20;

}  // namespace

std::vector<Line> LineReader::next_group() {
  const auto enough = [&] { return ready_.size() >= commands_per_group_max || ready_bytes_ >= group_bytes_max; };
  while (!ended_ && !enough() && (ready_.empty() || more_is_there())) read_piece();
  std::vector<Line> group;
  while (!ready_.empty() && group.size() < commands_per_group_max) {
    ready_bytes_ -= ready_.front().text.size();
    group.push_back(std::move(ready_.front()));
    ready_.pop_front();
  }
  return group;
}

void LineReader::read_piece() {
  std::array<char, 64U << 10> buffer;
  const ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
  if (got < 0 && errno == EINTR) return;
  if (got < 0) throw Fault(Fault::Kind::unavailable, "reading commands: " + std::generic_category().message(errno));
  if (got == 0) {
    ended_ = true;
    if (!current_.empty()) end_line();
    return;
  }
  bytes_read_ += got;
  take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
}

void LineReader::take(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = std::min(piece.find('\n'), piece.size());
    // What a command may not have is not kept; one byte more is, so that the line is refused for its length.
    const std::size_t room = command_bytes_max + 1 - std::min(current_.size(), command_bytes_max + 1);
    current_ += piece.substr(0, std::min(end, room));
    if (end == piece.size()) return;
    piece.remove_prefix(end + 1);
    end_line();
  }
}

void LineReader::end_line() {
  std::string text = std::exchange(current_, {});
  if (++number_ == 1 && text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (text.ends_with('\r')) text.pop_back();
  if (text.find_first_not_of(" \t\r") == std::string::npos) return;
  ready_bytes_ += text.size();
  ready_.push_back({number_, std::move(text)});
}

bool LineReader::more_is_there() const {
  pollfd waiting{descriptor_, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0 && (waiting.revents & (POLLIN | POLLHUP)) != 0;
}

}  // namespace creditfold::cli
