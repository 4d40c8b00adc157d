// SPDX-License-Identifier: Apache-2.0
// What a log can be held against: its newest checkpoint and its tree, laid out as C2SP tlog-tiles says, and the proof
// that an event of an account is in it. Entry bundles are not served: what an event says is its account's own business.
#include <algorithm>
#include <array>
#include <charconv>

#include "ledger/edge/proofs.hpp"
#include "ledger/service/routes.hpp"

namespace creditfold::service {
namespace asio = boost::asio;

namespace {

constexpr int tile_level_max = 6;  // above are no hashes: they would be of 2^56 events
constexpr std::size_t index_digits = 3;

struct TileName {
  int level = 0;
  std::int64_t index = 0;
  std::int64_t width = tile_width;
};

std::optional<std::int64_t> parse_digits(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "x001", "x234", "067" is 1234067.
std::optional<std::int64_t> parse_index(std::span<const std::string> elements) {
  std::int64_t index = 0;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    std::string_view element = elements[i];
    const bool last = i + 1 == elements.size();
    if (!last && !element.starts_with('x')) return std::nullopt;
    if (!last) element.remove_prefix(1);
    const auto digits = element.size() == index_digits ? parse_digits(element) : std::nullopt;
    if (!digits || (i == 0 && !last && *digits == 0)) return std::nullopt;
    index = index * 1'000 + *digits;
  }
  return index;
}

// {level}/{index…} or {level}/{index….p}/{width}; nothing for any other way of writing it.
std::optional<TileName> parse_tile(std::span<const std::string> segments) {
  TileName tile;
  const auto level = parse_digits(segments.front());
  if (!level || *level > tile_level_max || std::to_string(*level) != segments.front()) return std::nullopt;
  tile.level = static_cast<int>(*level);
  std::vector<std::string> elements(segments.begin() + 1, segments.end());
  if (elements.size() > 1 && elements[elements.size() - 2].ends_with(".p")) {
    const auto width = parse_digits(elements.back());
    if (!width || *width < 1 || *width >= tile_width || std::to_string(*width) != elements.back()) return std::nullopt;
    tile.width = *width;
    elements.pop_back();
    elements.back().resize(elements.back().size() - 2);
  }
  const auto index = parse_index(elements);
  if (!index) return std::nullopt;
  tile.index = *index;
  return tile;
}

Reply unknown_region() {
  return error_reply(Status::not_found, "unknown_region", "No account ever lived in this region.", "target");
}

Reply no_tile() { return error_reply(Status::not_found, "not_found", "The tree has no such tile."); }

Reply tile_reply(const Partition& log, const TileName& tile) {
  const std::int64_t first = tile.index * tile_width;
  const std::int64_t there = log.head() >> (tile_height * tile.level);
  if (first + tile.width > there) return no_tile();
  Reply reply;
  reply.headers = {{"Content-Type", "application/octet-stream"},
                   {"Cache-Control", "private, max-age=31536000, immutable"}};
  for (const TreeHash& hash : log.tree_hashes(tile.level, first, tile.width))
    reply.body.append(hash.begin(), hash.end());
  return reply;
}

Reply checkpoint_reply(RegionAtWork& region) {
  const auto checkpoint = region.checkpointer.covering(1);
  if (!checkpoint) return error_reply(Status::not_found, "not_found", "The log is empty, and nothing of it is signed.");
  Reply reply;
  reply.headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-cache"}};
  reply.body = checkpoint->note;
  return reply;
}

// Which event of an account: by its version, by its position, or the newest.
struct EventMeant {
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> seq;
};

Expected<EventMeant, BadRequest> event_meant(const Target& target) {
  const auto version = seq_parameter(target, "version");
  if (!version) return Unexpected{version.error()};
  const auto seq = seq_parameter(target, "seq");
  if (!seq) return Unexpected{seq.error()};
  if (*version && *seq) return Unexpected{BadRequest{"query parameter seq", "Give `version` or `seq`, not both."}};
  return EventMeant{*version, *seq};
}

std::optional<Event> find_event(const RegionAtWork& region, const AccountId& account, const EventMeant& meant) {
  if (meant.seq) {
    auto event = edge::event_at(region.log, *meant.seq);
    return event && event->account == account ? std::move(event) : std::nullopt;
  }
  const std::int64_t newest = region.sequencer.with_book([&](const Book& book) {
    const AccountState* state = book.find(account);
    return state == nullptr ? 0 : state->version;
  });
  return edge::event_of(region.log, account, meant.version.value_or(newest));
}

Reply proof_reply(RegionAtWork& region, const edge::CheckpointKey& key, const AccountId& account,
                  const EventMeant& meant) {
  const auto event = find_event(region, account, meant);
  if (!event) {
    return error_reply(Status::not_found, "not_found", "The account has no such event.",
                       meant.seq ? "query parameter seq" : "query parameter version");
  }
  const auto checkpoint = region.checkpointer.covering(event->seq);
  if (!checkpoint)
    throw Fault(Fault::Kind::damaged, "region " + region.region.value + ": the tree has fewer events than the log");
  edge::InclusionProof proof = edge::prove_event(region.log, *event, *checkpoint);
  proof.vkey = key.verifier_of(region.region).to_vkey();
  return json_reply(Status::ok, edge::to_json(proof));
}

asio::awaitable<Reply> answer_checkpoint(const Regions& regions, Readers& readers, Call call) {
  RegionAtWork* const region = regions.find(RegionId(call.arguments.front()));
  if (region == nullptr) co_return unknown_region();
  auto ask = [region] { return checkpoint_reply(*region); };
  co_return co_await readers.ask(ask);
}

asio::awaitable<Reply> answer_tile(const Regions& regions, Readers& readers, Call call) {
  RegionAtWork* const region = regions.find(RegionId(call.arguments.front()));
  if (region == nullptr) co_return unknown_region();
  const auto tile = parse_tile(std::span(call.arguments).subspan(1));
  if (!tile) co_return no_tile();
  auto ask = [region, tile] { return tile_reply(region->log, *tile); };
  co_return co_await readers.ask(ask);
}

asio::awaitable<Reply> answer_proof(const Regions& regions, Readers& readers, const edge::CheckpointKey& key,
                                    Call call) {
  auto account = account_argument(call);
  if (!account) co_return account.error();
  const auto meant = event_meant(call.target);
  if (!meant) co_return bad_request(meant.error());
  auto question = [&key, account = *account, meant = *meant](RegionAtWork& region) {
    return proof_reply(region, key, account, meant);
  };
  co_return co_await reply_from_home(regions, readers, *account, question);
}

// An index of up to a billion tiles, each with or without a width.
constexpr std::array tile_patterns{"/v1/log/{region}/tile/{level}/{n}", "/v1/log/{region}/tile/{level}/{n}/{n}",
                                   "/v1/log/{region}/tile/{level}/{n}/{n}/{n}",
                                   "/v1/log/{region}/tile/{level}/{n}/{n}/{n}/{n}"};

}  // namespace

void add_proof_routes(Router& router, const Regions& regions, Readers& readers, const edge::CheckpointKey& key) {
  router.add({.pattern = "/v1/log/{region}/checkpoint",
              .method = Verb::get,
              .parameters = {},
              .bodies = {},
              .answer = [&](Call call) { return answer_checkpoint(regions, readers, std::move(call)); }});
  for (const char* pattern : tile_patterns) {
    router.add({.pattern = pattern, .method = Verb::get, .parameters = {}, .bodies = {}, .answer = [&](Call call) {
                  return answer_tile(regions, readers, std::move(call));
                }});
  }
  router.add({.pattern = "/v1/accounts/{account}/proof",
              .method = Verb::get,
              .parameters = {"version", "seq"},
              .bodies = {},
              .answer = [&](Call call) { return answer_proof(regions, readers, key, std::move(call)); }});
}

}  // namespace creditfold::service
