// SPDX-License-Identifier: Apache-2.0
// Every limit of the HTTP service, each with its reason. A request beyond one gets an answer that names it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "ledger/engine.hpp"
#include "ledger/json.hpp"

namespace creditfold::service {

// The request line and all headers. Browsers stay below 8 KiB.
inline constexpr std::size_t header_bytes_max = 16U << 10;
// An application/json body is one command.
inline constexpr std::size_t command_body_bytes_max = command_bytes_max;
// An application/x-ndjson body is many: about 60,000 of ordinary length. More go in several requests.
inline constexpr std::size_t ndjson_body_bytes_max = 16U << 20;
// Sockets are cheap, but file descriptors end at 1024 on many machines and the store needs some.
inline constexpr std::size_t connections_max = 512;
// Each open event stream keeps its connection for hours.
inline constexpr std::size_t event_streams_max = 64;
// The page is a few hundred KiB; a directory far above that is not the page.
inline constexpr std::size_t page_bytes_max = 64U << 20;
inline constexpr std::size_t page_files_max = 4'096;

// What may wait for the sequencer: about a second of work on a slow disk.
inline constexpr std::size_t waiting_commands_max = 20'000;
inline constexpr std::size_t waiting_bytes_max = 64U << 20;

// How long a group waits at most for callers that were just answered; half of the time it took to store one, where that
// is less. Where it brought not even half of them, so many groups are taken as they come.
inline constexpr std::chrono::milliseconds gathering_max{1};
inline constexpr int groups_not_gathered_after_few = 64;

// While a group is appended, so many commands wait before the next group is begun with them: fewer are not worth waking
// for.
inline constexpr std::size_t commands_decided_beside_least = 16;
// So many commands are decided before the answers of a group that is on disk go out: a fraction of a millisecond.
inline constexpr std::size_t commands_before_answers_max = 64;
// A group and the one before it, together: fewer commands are appended by the thread that decided them, which spares
// the two wake-ups that waiting beside it costs.
inline constexpr std::size_t commands_appended_beside_least = 16;

// Callers that go on together after one wake-up. More would leave the other I/O threads idle.
inline constexpr std::ptrdiff_t resumptions_per_post = 8;

// Errands outside that wait or run: more than this many keys are not rotated at once, and each may take half a minute.
inline constexpr std::size_t errands_max = 64;
inline constexpr std::size_t errand_threads = 2;

// What one visit to a reader's log brings, so that nobody holds a reader or much memory for long.
inline constexpr std::size_t stream_piece_bytes = 256U << 10;
// How many accounts are looked at under one lock when all are listed.
inline constexpr std::size_t accounts_per_lock = 256;
// Readers beside the writer. The I/O threads never fold and never touch the disk.
inline constexpr std::size_t reader_threads = 2;
inline constexpr std::size_t io_threads = 2;

// AC-7: wrong tokens from one address within the window. People mistype a few times; programs are told at once.
inline constexpr std::size_t failed_attempts_max = 10;
inline constexpr std::chrono::seconds attempts_window{60};
// Addresses remembered for it: the table stays below 100 KiB.
inline constexpr std::size_t attempt_addresses_max = 1'024;

// Exports that are being made or fetched at the same time. Each reads an account's whole log twice and needs its size
// on disk meanwhile.
inline constexpr std::size_t exports_max = 2;

// A kept-alive connection that says nothing, or a header that does not end.
inline constexpr std::chrono::seconds idle_max{60};
// A body of 16 MiB needs 2.2 Mbit/s for this.
inline constexpr std::chrono::seconds body_max{60};
// One piece of an answer. A client that takes 256 KiB more slowly is dropped and may resume.
inline constexpr std::chrono::seconds piece_max{20};
// After an answer that ends a connection early: how long unread bytes are drained, so that the answer arrives.
inline constexpr std::chrono::seconds linger_max{2};
inline constexpr std::size_t linger_bytes_max = 32U << 20;
// Proxies and browsers drop connections that are silent for 30 to 60 seconds.
inline constexpr std::chrono::seconds keep_alive_interval{15};
// How often a stream of a ledger without any region looks whether there is one.
inline constexpr std::chrono::milliseconds empty_check_interval{200};
// After SIGTERM: how long answers on their way may take. Service managers kill after 10 (containers) to 90 (systemd).
inline constexpr std::chrono::seconds stop_max{8};
// What a caller is told to wait when the queue is full or the store is busy.
inline constexpr std::chrono::seconds retry_after{1};
// A store that failed this recently makes the service not ready.
inline constexpr std::chrono::seconds unready_after_fault{5};

// How long an event waits at most until its log is signed with it, unless somebody asks before.
inline constexpr std::chrono::seconds checkpoint_interval_default{60};

// The scheduler looks at the clock at least this often, for machines that slept or were set.
inline constexpr std::chrono::seconds clock_check_interval{60};
// How long it leaves an account alone whose close was refused or failed.
inline constexpr std::int64_t schedule_retry_micros = 60LL * 1'000'000;

}  // namespace creditfold::service
