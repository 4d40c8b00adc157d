// SPDX-License-Identifier: Apache-2.0
// How fast events become bytes and come back: the project's archive over a span against cereal's portable binary
// archive over a string stream, on the same events. Prints a row for people, or with --json as one JSON line.
//
// Both work as a store does: a batch at a time, into a buffer that is used again. The peer has it easier: one archive
// for a whole batch, no lengths between the events, and nothing checked. Ours encodes and decodes each event on its
// own, with every check (UTF-8, lengths, ranges, one encoding a value).
#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "events/archive.hpp"
#include "events/codec.hpp"
#include "tests/bench/cpu_clock.hpp"
#include "tests/events/samples.hpp"

namespace creditfold {

template <class Archive>
concept Portable = std::is_same_v<Archive, cereal::PortableBinaryOutputArchive> ||
    std::is_same_v<Archive, cereal::PortableBinaryInputArchive>;

template <Portable Archive, class Tag>
void serialize(Archive& archive, Id<Tag>& value) {
  archive(value.value);
}
template <Portable Archive>
void serialize(Archive& archive, Text& value) {
  archive(value.value);
}
template <Portable Archive>
void serialize(Archive& archive, FreeText& value) {
  archive(value.value);
}
template <Portable Archive>
void serialize(Archive& archive, Bytes& value) {
  archive(value.value);
}
template <Portable Archive>
void serialize(Archive& archive, Credits& value) {
  archive(value.micro);
}
template <Portable Archive>
void serialize(Archive& archive, Volume& value) {
  archive(value.tokens);
}
template <Portable Archive>
void serialize(Archive& archive, Instant& value) {
  archive(value.micros);
}
template <Portable Archive>
void serialize(Archive& archive, Money& value) {
  archive(value.currency, value.minor);
}
template <Portable Archive>
void serialize(Archive& archive, Builders& value) {
  archive(value.everyone, value.actors);
}
template <Portable Archive, detail::WithFields T>
void serialize(Archive& archive, T& value) {
  T::fields(value, [&archive](const char*, auto& field) { archive(field); });
}

}  // namespace creditfold

namespace {

using creditfold::AccountId;
using creditfold::Event;

constexpr int chunks = 10;
constexpr int events_per_chunk = 100'000;  // a million in all; a chunk at a time, so that memory is no part of it
constexpr int events_per_batch = 1'000;    // what one transaction takes
constexpr int rounds = 7;

// Every result is looked at, so that nothing can be left out.
std::uint64_t consume(const Event& event) {
  const auto* charge = std::get_if<creditfold::CreditsConsumed>(&event.payload);
  const std::uint64_t field =
      charge ? static_cast<std::uint64_t>(charge->credits.micro) + charge->model.value.size() : 1;
  return field + static_cast<std::uint64_t>(event.version) + event.key.value.size();
}

// Some events of every kind among many charges.
std::vector<Event> make_chunk(int chunk) {
  creditfold::test::Random random(static_cast<std::uint64_t>(chunk) + 1);
  std::vector<Event> events;
  events.reserve(events_per_chunk);
  for (int i = 0; i < events_per_chunk; ++i) {
    const AccountId account("account-" + std::to_string(random.below(50)));
    events.push_back(i % 50 == 0 ? creditfold::test::sample_event(static_cast<std::uint8_t>(1 + random.below(18)), true)
                                 : creditfold::test::typical_event(random, account, chunk * events_per_chunk + i + 1));
  }
  return events;
}

struct Outcome {
  double seconds = 0;
  std::uint64_t consumed = 0;
  std::size_t bytes = 0;
};

using Batch = std::span<const Event>;

// One buffer for all batches, as a store keeps it.
class Ours {
 public:
  void run(Batch batch, Outcome& outcome) {
    bytes_.clear();
    ends_.clear();
    for (const Event& event : batch) {
      creditfold::encode_event(event, bytes_);
      ends_.push_back(bytes_.size());
    }
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      const auto event = creditfold::decode_event(std::span(bytes_).subspan(begin, end - begin));
      outcome.consumed += consume(event.value());
      begin = end;
    }
    outcome.bytes += bytes_.size();
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> ends_;
};

template <std::size_t... I>
void read_payload(cereal::PortableBinaryInputArchive& archive, std::uint8_t tag, creditfold::Payload& payload,
                  std::index_sequence<I...>) {
  using Read = void (*)(cereal::PortableBinaryInputArchive&, creditfold::Payload&);
  static constexpr std::array<Read, sizeof...(I)> readers{
      [](cereal::PortableBinaryInputArchive& in, creditfold::Payload& to) { in(to.emplace<I>()); }...};
  readers.at(tag - 1U)(archive, payload);
}

class Peer {
 public:
  void run(Batch batch, Outcome& outcome) {
    stream_.str({});
    stream_.clear();
    write(batch);
    outcome.bytes += static_cast<std::size_t>(stream_.tellp());
    cereal::PortableBinaryInputArchive archive(stream_);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Event event;
      std::uint8_t tag = 0;
      archive(event.account, event.version, event.at, event.recorded_at, event.key, event.actor, tag);
      read_payload(archive, tag, event.payload, std::make_index_sequence<creditfold::event_kinds>{});
      outcome.consumed += consume(event);
    }
  }

 private:
  void write(Batch batch) {
    cereal::PortableBinaryOutputArchive archive(stream_);
    for (const Event& event : batch) {
      archive(event.account, event.version, event.at, event.recorded_at, event.key, event.actor);
      std::visit([&]<class P>(const P& payload) { archive(std::uint8_t{P::tag}, payload); }, event.payload);
    }
  }

  std::stringstream stream_;
};

// Everything a chunk holds, a batch after the other.
template <class Side>
Outcome measure(const std::vector<Event>& events) {
  Side side;
  Outcome outcome;
  const double start = creditfold::test::cpu_seconds();
  for (std::size_t at = 0; at < events.size(); at += events_per_batch) {
    side.run(Batch(events).subspan(at, events_per_batch), outcome);
  }
  outcome.seconds = creditfold::test::cpu_seconds() - start;
  return outcome;
}

struct Figures {
  double median;
  double least;
  double most;
};

Figures figures_of(std::array<double, rounds> values) {
  std::sort(values.begin(), values.end());
  return {values[rounds / 2], values.front(), values.back()};
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::string_view(argv[1]) == "--json";
  std::array<double, rounds> ours{};
  std::array<double, rounds> peer{};
  std::size_t our_bytes = 0;
  std::size_t peer_bytes = 0;
  for (int chunk = 0; chunk < chunks; ++chunk) {
    const std::vector<Event> events = make_chunk(chunk);
    for (std::size_t round = 0; round < rounds; ++round) {
      const Outcome a = measure<Ours>(events);
      const Outcome b = measure<Peer>(events);
      if (a.consumed != b.consumed) {
        std::fprintf(stderr, "archive: the two sides read different events\n");
        return EXIT_FAILURE;
      }
      ours[round] += a.seconds;
      peer[round] += b.seconds;
      our_bytes = a.bytes;
      peer_bytes = b.bytes;
    }
  }
  for (double& seconds : ours) seconds = chunks * events_per_chunk / seconds;
  for (double& seconds : peer) seconds = chunks * events_per_chunk / seconds;
  const Figures a = figures_of(ours);
  const Figures b = figures_of(peer);
  if (json) {
    std::printf(
        "{\"bench\":\"archive\",\"peer\":\"portable-binary\",\"unit\":\"events/s\",\"ours\":%.0f,\"theirs\":%.0f,"
        "\"ratio\":%.2f,\"ours_spread\":[%.0f,%.0f],\"theirs_spread\":[%.0f,%.0f]}\n",
        a.median, b.median, a.median / b.median, a.least, a.most, b.least, b.most);
  } else {
    std::printf("archive: encode and decode a million events, CPU time, median of %d rounds (least, most)\n", rounds);
    std::printf("  span archive     %9.0f events/s (%.0f, %.0f), %zu bytes an event\n", a.median, a.least, a.most,
                our_bytes / events_per_chunk);
    std::printf("  portable binary  %9.0f events/s (%.0f, %.0f), %zu bytes an event\n", b.median, b.least, b.most,
                peer_bytes / events_per_chunk);
    std::printf("  ratio            %9.2f\n", a.median / b.median);
  }
  return EXIT_SUCCESS;
}
