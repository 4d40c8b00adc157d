// SPDX-License-Identifier: Apache-2.0
#include "ledger/service/event_stream.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

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
Piece read_piece(const Log& log, const Texts& texts, const EventQuestion& question, std::int64_t position,
                 std::int64_t head) {
  Piece piece{{}, head};
  const auto add = [&](Event&& event) {
    texts.open(event);
    piece.text.append("id: ").append(std::to_string(event.seq));
    piece.text.append("\nevent: ").append(type_name(event.payload));
    piece.text.append("\ndata: ").append(to_json(event)).append("\n\n");
    if (piece.text.size() < stream_piece_bytes) return true;
    piece.position = event.seq;
    return false;
  };
  if (question.account) {
    log.read_account(*question.account, position, head, add);
  } else {
    log.read(position, head, add);
  }
  return piece;
}

// A client of an event stream has nothing more to say: whatever arrives is its end.
void watch_for_end(BodyWriter& writer, const std::shared_ptr<EventHub::Seat>& seat) {
  auto& socket = writer.stream().socket();
  socket.async_wait(asio::socket_base::wait_read,
                    [seat](const boost::system::error_code& /*error*/) { seat->client_left(); });
}

asio::awaitable<bool> send_events(BodyWriter& writer, EventHub& hub, Readers& readers, const Texts& texts,
                                  EventQuestion question) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const std::shared_ptr<EventHub::Seat> seat = hub.join(executor);
  if (!seat) co_return false;
  watch_for_end(writer, seat);
  // How soon a browser comes back after the connection broke, in milliseconds.
  bool alive = co_await writer.send("retry: 2000\n\n");
  std::int64_t position = question.after;
  while (alive && !hub.stopping() && !seat->is_left()) {
    const std::int64_t head = hub.head();
    if (head > position) {
      auto read = [&texts, question, position, head](const Log& log) {
        return read_piece(log, texts, question, position, head);
      };
      const Piece piece = co_await readers.ask(read);
      position = piece.position;
      alive = co_await writer.send(piece.text);
      continue;
    }
    co_await seat->wait(position);
    if (hub.head() <= position && !hub.stopping() && !seat->is_left()) alive = co_await writer.send(": still here\n\n");
  }
  const bool complete = alive && hub.stopping();  // otherwise there is nobody to end it for
  co_return complete;
}

}  // namespace

void EventHub::publish(std::int64_t head) {
  head_.store(head);
  wake_all();
}

void EventHub::stop() {
  stopping_.store(true);
  wake_all();
}

void EventHub::wake_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [address, weak] : seats_) {
    if (auto seat = weak.lock()) {
      const auto executor = seat->timer_.get_executor();
      asio::post(executor, [seat = std::move(seat)] { seat->timer_.cancel(); });
    }
  }
}

std::shared_ptr<EventHub::Seat> EventHub::join(const asio::any_io_executor& executor) {
  const std::lock_guard lock(mutex_);
  if (seats_.size() >= event_streams_max) return nullptr;
  auto seat = std::make_shared<Seat>(*this, executor);
  seats_.emplace(seat.get(), seat);
  return seat;
}

bool EventHub::full() const {
  const std::lock_guard lock(mutex_);
  return seats_.size() >= event_streams_max;
}

void EventHub::leave(const Seat* seat) {
  const std::lock_guard lock(mutex_);
  seats_.erase(seat);
}

asio::awaitable<void> EventHub::Seat::wait(std::int64_t position) {
  // A publish after this look is posted to this executor, and so cancels a wait that has begun.
  if (hub_.head() > position || hub_.stopping() || left_) co_return;
  timer_.expires_after(keep_alive_interval);
  boost::system::error_code ignored;
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void EventHub::Seat::client_left() {
  left_ = true;
  timer_.cancel();
}

BodySource event_source(EventHub& hub, Readers& readers, const Texts& texts, EventQuestion question) {
  return [&hub, &readers, &texts, question = std::move(question)](BodyWriter& writer) {
    return send_events(writer, hub, readers, texts, question);
  };
}

}  // namespace creditfold::service
