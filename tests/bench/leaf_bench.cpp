// SPDX-License-Identifier: Apache-2.0
// What proving costs an append: leaf hash and frontier of encoded events, with OpenSSL, which uses the processor's SHA
// instructions, and the same hashes with libsodium, which does not. One thread, CPU time. Prints one JSON line.
#include <sodium.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "events/chain/merkle.hpp"
#include "events/codec.hpp"
#include "tests/bench/cpu_clock.hpp"
#include "tests/events/samples.hpp"

namespace {

using namespace creditfold;

constexpr int events = 200'000;
constexpr int rounds = 5;
constexpr std::uint8_t charge_tag = 6;

TreeHash sodium_hash(std::uint8_t prefix, std::span<const std::uint8_t> first, std::span<const std::uint8_t> second) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  crypto_hash_sha256_update(&state, &prefix, 1);
  crypto_hash_sha256_update(&state, first.data(), first.size());
  crypto_hash_sha256_update(&state, second.data(), second.size());
  TreeHash hash{};
  crypto_hash_sha256_final(&state, hash.data());
  return hash;
}

TreeHash with_openssl(const std::vector<std::uint8_t>& body) {
  Frontier frontier;
  for (int i = 0; i < events; ++i) frontier.append(leaf_hash(body));
  return frontier.root();
}

// As many hashes of the same lengths: a leaf, and the node that a leaf completes on the average.
TreeHash with_sodium(const std::vector<std::uint8_t>& body) {
  TreeHash hash{};
  for (int i = 0; i < events; ++i) hash = sodium_hash(1, sodium_hash(0, body, {}), hash);
  return hash;
}

template <class Hash>
double events_per_microsecond(Hash&& hash, const std::vector<std::uint8_t>& body, unsigned& sum) {
  const double begun = test::cpu_seconds();
  sum += hash(body)[0];
  return events / (test::cpu_seconds() - begun) / 1e6;
}

}  // namespace

int main() {
  if (sodium_init() < 0) return EXIT_FAILURE;
  std::vector<std::uint8_t> body;
  encode_event(test::sample_event(charge_tag, true), body);
  std::vector<double> ours;
  std::vector<double> theirs;
  unsigned sum = 0;  // so that nothing is left out
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(events_per_microsecond(with_openssl, body, sum));
    theirs.push_back(events_per_microsecond(with_sodium, body, sum));
  }
  std::sort(ours.begin(), ours.end());
  std::sort(theirs.begin(), theirs.end());
  const double median = ours[rounds / 2];
  const double peer = theirs[rounds / 2];
  std::printf(
      "{\"peer\":\"libsodium\",\"unit\":\"M "
      "events/s\",\"ours\":%.3f,\"theirs\":%.3f,\"ratio\":%.2f,\"spread\":[%.3f,%.3f],"
      "\"note\":\"leaf and node of an event of %zu bytes\"}\n",
      median, peer, median / peer, ours.front(), ours.back(), body.size());
  return sum == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
