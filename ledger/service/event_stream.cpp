// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/event_stream.hpp"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <memory>
#include <string>

#include "events/event.hpp"
#include "ledger/json.hpp"
#include "ledger/service/limits.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

struct Piece {
  std::string text;
  std::int64_t position = 0;  // everything up to here is in the text or is not asked for
};

// The messages after `position`, as far as one piece takes them.
Piece read_piece(const RegionAtWork& region, const Texts& texts, const EventQuestion& question, std::int64_t position,
                 std::int64_t head) {
  Piece piece{{}, head};
  const auto add = [&](Event&& event) {
    texts.open(event);
    piece.text.append("id: ").append(message_id(region.region, event.seq));
    piece.text.append("\nevent: ").append(type_name(event.payload));
    piece.text.append("\ndata: ").append(to_json(event)).append("\n\n");
    if (piece.text.size() < stream_piece_bytes) return true;
    piece.position = event.seq;
    return false;
  };
  if (question.account) {
    region.log.read_account(*question.account, position, head, add);
  } else {
    region.log.read(position, head, add);
  }
  return piece;
}

// The socket of a stream, for as long as the stream is sent: what waits on it may be answered later.
class Watched {
 public:
  explicit Watched(asio::ip::tcp::socket& socket) : socket_(std::make_shared<asio::ip::tcp::socket*>(&socket)) {}
  ~Watched() { *socket_ = nullptr; }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  [[nodiscard]] std::shared_ptr<asio::ip::tcp::socket*> socket() const { return socket_; }

 private:
  std::shared_ptr<asio::ip::tcp::socket*> socket_;  // of the same strand as all who look at it
};

bool has_nothing_to_read(asio::ip::tcp::socket& socket) {
  char byte = 0;
  const ssize_t got = ::recv(socket.native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

// A client of an event stream has nothing more to say: whatever arrives is its end. But news of the request's own bytes
// may come when those have been read already; then nothing is there, and nothing has ended.
void watch_for_end(const std::shared_ptr<asio::ip::tcp::socket*>& watched,
                   const std::shared_ptr<EventHub::Seat>& seat) {
  if (*watched == nullptr) return;
  (*watched)->async_wait(asio::socket_base::wait_read, [watched, seat](const boost::system::error_code& error) {
    if (!error && *watched != nullptr && has_nothing_to_read(**watched)) return watch_for_end(watched, seat);
    seat->client_left();
  });
}

// How soon a browser comes back after the connection broke or ended, in milliseconds.
constexpr std::string_view retry_later = "retry: 2000\n\n";
constexpr std::string_view retry_soon = "retry: 200\n\n";
constexpr std::string_view still_here = ": still here\n\n";

std::string moved_message(const AccountId& account, const RegionId& region) {
  return "event: moved\ndata: {\"account\":" + json_quote(account.value) + ",\"region\":" + json_quote(region.value) +
         "}\n\n";
}

asio::awaitable<bool> send_events(BodyWriter& writer, const Regions& regions, RegionAtWork& region, Readers& readers,
                                  const Texts& texts,
                                  EventQuestion question) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  EventHub& hub = region.hub;
  const std::shared_ptr<EventHub::Seat> seat = hub.join(executor);
  if (!seat) co_return false;
  const Watched watched(writer.stream().socket());
  watch_for_end(watched.socket(), seat);
  bool alive = co_await writer.send(retry_later);
  std::int64_t position = question.after;
  while (alive && !hub.stopping() && !seat->is_left()) {
    const std::int64_t head = hub.head();
    if (head > position) {
      auto read = [&region, &texts, question, position, head] {
        return read_piece(region, texts, question, position, head);
      };
      const Piece piece = co_await readers.ask(read);
      position = piece.position;
      alive = co_await writer.send(piece.text);
      continue;
    }
    const RegionAtWork* home = question.account ? regions.home_of(*question.account) : &region;
    if (home != &region && home != nullptr) {
      const std::string moved = moved_message(*question.account, home->region);
      co_return co_await writer.send(moved);
    }
    co_await seat->wait(position);
    if (hub.head() <= position && !hub.stopping() && !seat->is_left()) alive = co_await writer.send(still_here);
  }
  const bool complete = alive && hub.stopping();  // otherwise there is nobody to end it for
  co_return complete;
}

// Looks now and then: a ledger without a region is a rare and a short-lived thing.
asio::awaitable<bool> send_nothing(BodyWriter& writer, const Regions& regions) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  bool alive = co_await writer.send(retry_soon);
  for (auto waited = empty_check_interval; alive && !regions.stopping() && regions.all().empty();
       waited += empty_check_interval) {
    timer.expires_after(empty_check_interval);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (waited % keep_alive_interval < empty_check_interval) alive = co_await writer.send(still_here);
  }
  co_return alive;
}

}  // namespace

std::string message_id(const RegionId& region, std::int64_t seq) {
  const RegionId partition = partition_of(region);
  return (partition.value.empty() ? "" : partition.value + ":") + std::to_string(seq);
}

std::optional<std::int64_t> parse_message_id(const RegionId& region, std::string_view id) {
  const std::size_t colon = id.rfind(':');
  const std::string_view name = colon == std::string_view::npos ? std::string_view() : id.substr(0, colon);
  if (name != partition_of(region).value) return std::nullopt;
  return parse_seq(colon == std::string_view::npos ? id : id.substr(colon + 1));
}

BodySource event_source(const Regions& regions, RegionAtWork& region, Readers& readers, const Texts& texts,
                        EventQuestion question) {
  return [&regions, &region, &readers, &texts, question = std::move(question)](BodyWriter& writer) {
    return send_events(writer, regions, region, readers, texts, question);
  };
}

BodySource waiting_source(const Regions& regions) {
  return [&regions](BodyWriter& writer) { return send_nothing(writer, regions); };
}

}  // namespace creditfold::service
