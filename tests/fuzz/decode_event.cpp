// SPDX-License-Identifier: Apache-2.0
// libFuzzer: whatever decodes as an event encodes to the same bytes, and no bytes harm, as an event or as a document.
//   clang++-14 -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -I. tests/fuzz/decode_event.cpp events/*.cpp
#include <cstdlib>
#include <vector>

#include "events/cflog.hpp"
#include "events/codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace creditfold;
  const std::span<const std::uint8_t> bytes(data, size);
  if (const Expected<Event, DecodeError> event = decode_event(bytes)) {
    std::vector<std::uint8_t> again;
    encode_event(*event, again);
    if (!std::equal(bytes.begin(), bytes.end(), again.begin(), again.end())) std::abort();
  }
  CflogReader reader(bytes);
  Event event;
  for (;;) {
    const Expected<std::optional<CflogItem>, DecodeError> item = reader.next(event);
    if (!item || !*item) break;
  }
  if (reader.good().offset > size) std::abort();
  return 0;
}
