// SPDX-License-Identifier: Apache-2.0
// Every limit of keeping keys, each with its reason.
#pragma once

#include <chrono>
#include <cstddef>

namespace creditfold::keyring {

// A KMS in the same region answers in tens of milliseconds; what takes longer than these is down.
inline constexpr std::chrono::milliseconds connect_max{2'000};
inline constexpr std::chrono::milliseconds exchange_max{5'000};
// A request that was throttled, or that met a failure which may pass, is sent again this often in all, after waits that
// double from the first one and are drawn at random up to their length.
inline constexpr int attempts_max = 3;
inline constexpr std::chrono::milliseconds first_wait{100};
// KMS answers are a few KiB: a ciphertext of 6144 bytes in base64, and its key's ARN.
inline constexpr std::size_t answer_bytes_max = 64U << 10;
// The JSON of an answer, parsed, with room to spare.
inline constexpr std::size_t parsed_bytes_max = 256U << 10;

// How long a data key is kept unwrapped. A customer who disables the key at the key service without telling the ledger
// is obeyed after this.
inline constexpr std::chrono::minutes data_key_life{5};
// A key in use is unwrapped anew when this much of its life has passed, so that nobody meets the gap.
inline constexpr std::chrono::minutes data_key_refresh{4};
// After a failure a key service is left alone this long for each account.
inline constexpr std::chrono::seconds failure_pause{2};
// How long somebody who reads waits for a data key. Nobody who writes does.
inline constexpr std::chrono::milliseconds reader_wait{1'500};
// How long an errand or a command line waits: longer than all attempts together.
inline constexpr std::chrono::milliseconds errand_wait{30'000};
// Threads that ask the key service. One slow region does not keep the others.
inline constexpr std::size_t unwrap_threads = 2;
// Data keys made or re-wrapped whose decision is not in yet; older ones are forgotten and unwrapped again when needed.
inline constexpr std::size_t pending_max = 64;

}  // namespace creditfold::keyring
