// SPDX-License-Identifier: Apache-2.0
// How small a segment is and how fast it is packed and read: segment_bench [EVENTS_PER_SEGMENT [ACCOUNTS]].
#include <time.h>

#include <cstdlib>
#include <iostream>

#include "events/codec.hpp"
#include "events/segment.hpp"
#include "tests/bench/charges.hpp"

namespace creditfold {
namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

int run(std::size_t per_segment, std::size_t accounts) {
  const std::size_t segments = 1'000'000 / per_segment;
  test::Charges charges(1, accounts);
  SegmentWriter writer;
  double packing = 0;
  double reading = 0;
  std::size_t bytes = 0;
  std::size_t canonical = 0;
  std::size_t wrong = 0;
  for (std::size_t s = 0; s < segments; ++s) {
    const std::vector<Batch> group = charges.group(per_segment);
    double start = cpu_seconds();
    for (const Batch& batch : group) {
      writer.add({charges.number_of(batch.account), static_cast<std::int64_t>(s) - 1, batch.expected_version + 1,
                  static_cast<std::int64_t>(batch.events.size()), false},
                 batch.key, batch.command, batch.events);
    }
    std::vector<std::uint8_t> packed = writer.finish();
    packing += cpu_seconds() - start;
    bytes += packed.size();
    start = cpu_seconds();
    const Segment segment(std::move(packed));
    std::vector<Event> events;
    events.reserve(segment.events());
    for (std::size_t b = 0; b < segment.batches(); ++b) {
      for (std::size_t e = segment.first_event(b); e < segment.first_event(b + 1); ++e) {
        events.push_back(segment.event(b, e, group[b].account));
      }
    }
    reading += cpu_seconds() - start;
    std::vector<std::uint8_t> body;
    for (std::size_t b = 0; b < group.size(); ++b) wrong += events[b] == group[b].events[0] ? 0 : 1;
    for (const Event& event : events) encode_event(event, body);
    canonical += body.size();
  }
  const double events = static_cast<double>(segments * per_segment);
  std::cout << per_segment << " events a segment, " << accounts << " accounts: " << static_cast<double>(bytes) / events
            << " bytes an event (canonical " << static_cast<double>(canonical) / events << "), packed "
            << events / packing / 1e6 << " M/s, read " << events / reading / 1e6 << " M/s, wrong " << wrong << "\n";
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace creditfold

int main(int argc, char** argv) {
  const std::size_t per_segment = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1'000;
  const std::size_t accounts = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 10'000;
  return creditfold::run(per_segment, accounts);
}
