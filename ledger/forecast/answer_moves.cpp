// SPDX-License-Identifier: Apache-2.0
// Which workflow to move to which model first: every series under every model of its rate card, by what that does to
// the chance of running out and then by credits saved. What a model is worth for the work is not known here (AI-6).
#include <algorithm>
#include <array>

#include "ledger/decide.hpp"
#include "ledger/forecast/answers.hpp"
#include "ledger/forecast/simulation_json.hpp"
#include "ledger/json.hpp"
#include "ledger/terms.hpp"
#include "ledger/words.hpp"

namespace creditfold::forecast {
namespace {

// Moves that are run over the futures, those that save most; and of the later steps of a sequence.
constexpr std::size_t moves_tried = 16;
constexpr std::size_t later_tried = 6;

struct Move {
  std::size_t stream = 0;
  ModelId to;
  std::int64_t saved_permille = 0;  // of what the series uses
  std::int64_t saved_p50 = 0;
  std::int32_t futures_out = 0;
  std::vector<std::int64_t> saved;  // by future
  std::optional<Refusal> refused;
};

class Moving {
 public:
  explicit Moving(const Simulated& simulated) : simulated_(simulated), streams_(simulated.streams) {}

  // Every move that would save something, the most first; what forbids one is kept with it.
  [[nodiscard]] std::vector<Move> candidates() const {
    std::vector<Move> moves;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      const Stream& stream = streams_[i];
      const bool made = std::find(made_.begin(), made_.end(), i) != made_.end();
      if (!stream.key.workflow || made) continue;
      const auto in_force = terms::plan_for_usage(simulated_.branch.state, simulated_.catalog, stream.key.plan,
                                                  stream.actor, simulated_.branch.at);
      if (!in_force) continue;
      const RateCardId& card = in_force->term->rate_card;
      const auto now = level_under(stream, simulated_.catalog, card);
      const auto rates = simulated_.catalog.rate_cards.find(card);
      if (!now || *now == 0 || rates == simulated_.catalog.rate_cards.end()) continue;
      for (const auto& [model, of] : rates->second.models) {
        if (model == stream.moved_to.value_or(*stream.key.model)) continue;
        Stream moved = stream;
        moved.moved_to = model;
        const auto then = level_under(moved, simulated_.catalog, card);
        if (then && *then < *now) moves.push_back(move_of(i, model, *now, *then));
      }
    }
    std::stable_sort(moves.begin(), moves.end(),
                     [](const Move& a, const Move& b) { return a.saved_p50 > b.saved_p50; });
    return moves;
  }

  // In how many futures the account runs out with the move on top of those made.
  void try_move(Move& move) const {
    std::vector<Stream> streams = streams_;
    streams[move.stream].moved_to = move.to;
    const Tried tried = try_out(simulated_, simulated_.orders, streams);
    move.futures_out = forecast::futures_out(tried.course, tried.outcome, std::nullopt);
  }
  void make(const Move& move) {
    streams_[move.stream].moved_to = move.to;
    made_.push_back(move.stream);
  }

  // What all periods consume with the moves made, by future.
  [[nodiscard]] std::vector<std::int64_t> consumed() const {
    const Tried tried = try_out(simulated_, simulated_.orders, streams_);
    std::vector<std::int64_t> sum(static_cast<std::size_t>(tried.outcome.futures));
    for (const SlotOutcome& slot : tried.outcome.slots) {
      for (std::size_t future = 0; future < sum.size(); ++future)
        sum[future] = capped_sum(sum[future], slot.consumed[future]);
    }
    return sum;
  }

 private:
  [[nodiscard]] Move move_of(std::size_t stream, const ModelId& to, std::int64_t now, std::int64_t then) const {
    Move move;
    move.stream = stream;
    move.to = to;
    for (const std::int64_t total : simulated_.outcome.series[stream])
      move.saved.push_back(scaled(total, now - then, now));
    std::vector<std::int64_t> scratch;
    move.saved_p50 = band_of(move.saved.data(), move.saved.size(), scratch).p50;
    move.refused = objection(streams_[stream], to);
    return move;
  }

  // What the ledger would say to using the model: its standing with the account, not the credits that are left.
  [[nodiscard]] std::optional<Refusal> objection(const Stream& stream, const ModelId& model) const {
    AuthorizeUsage use;
    use.authorization = AuthorizationId("forecast");
    use.workflow = *stream.key.workflow;
    use.model = model;
    use.expires_at = Instant{simulated_.branch.at.micros + 1'000'000};
    use.plan = stream.key.plan;
    const Command command{.account = simulated_.branch.state.account,
                          .key = IdempotencyKey("forecast"),
                          .at = simulated_.branch.at,
                          .body = use};
    const auto decided = decide(&simulated_.branch.state, command, simulated_.catalog, simulated_.branch.at);
    if (decided) return std::nullopt;
    constexpr std::array standing{RefusalCode::revoked, RefusalCode::discontinued, RefusalCode::not_authorized_in_gov,
                                  RefusalCode::beta_not_accepted, RefusalCode::partner_terms};
    if (std::find(standing.begin(), standing.end(), decided.error().code) == standing.end()) return std::nullopt;
    return decided.error();
  }

  const Simulated& simulated_;
  std::vector<Stream> streams_;
  std::vector<std::size_t> made_;
};

bool better(const Move& a, const Move& b) {
  if (a.refused.has_value() != b.refused.has_value()) return b.refused.has_value();
  return a.futures_out != b.futures_out ? a.futures_out < b.futures_out : a.saved_p50 > b.saved_p50;
}

void try_all(const Moving& moving, std::vector<Move>& moves, std::size_t most) {
  if (moves.size() > most) moves.resize(most);
  for (Move& move : moves) {
    if (!move.refused) moving.try_move(move);
  }
  std::stable_sort(moves.begin(), moves.end(), better);
}

void write_move(JsonWriter& out, const Simulated& simulated, const Move& move) {
  const Stream& stream = simulated.streams[move.stream];
  out.field("workflow", stream.key.workflow)
      .field("from", stream.moved_to ? stream.moved_to : stream.key.model)
      .field("to", move.to);
}

void write_moves(JsonWriter& out, const Simulated& simulated, const std::vector<Move>& moves, std::int32_t before) {
  const std::int32_t futures = simulated.outcome.futures;
  out.key("moves").open('[');
  for (const Move& move : moves) {
    out.open('{');
    write_move(out, simulated, move);
    out.key("credits_saved");
    write_band(out, move.saved);
    out.field("chance_before_percent", std::string_view(percent_of(before, futures)));
    out.field("chance_percent", std::string_view(percent_of(move.refused ? before : move.futures_out, futures)));
    if (move.refused) {
      out.key("refused").open('{').field("code", to_name(move.refused->code)).field("clause", move.refused->clause);
      out.field("message", std::string_view(move.refused->message)).close('}');
    }
    out.close('}');
  }
  out.close(']');
}

}  // namespace

void write_model_moves(JsonWriter& out, const Simulated& simulated, const ModelMoves& ask) {
  Moving moving(simulated);
  const std::int32_t futures = simulated.outcome.futures;
  const std::int32_t before = futures_out(simulated.course, simulated.outcome, std::nullopt);
  std::vector<Move> moves = moving.candidates();
  try_all(moving, moves, moves_tried);
  const bool any = !moves.empty() && !moves.front().refused;
  out.open('{').field("ask", "model_moves");
  std::string sentence = "No workflow would use fewer credits with another model of its rate card that it may use.";
  if (any) {
    const Move& first = moves.front();
    const Stream& stream = simulated.streams[first.stream];
    sentence = "Move " + stream.key.workflow->value + " from " + stream.moved_to.value_or(*stream.key.model).value +
               " to " + first.to.value + " first: it saves about " + grouped_whole(Credits{first.saved_p50}) +
               " credits and brings the chance of running out from " + percent_of(before, futures) + " % to " +
               percent_of(first.futures_out, futures) +
               " %. Whether the model does the work as well is for you to judge.";
  }
  out.field("sentence", std::string_view(sentence)).key("first");
  if (any) {
    out.write(std::int64_t{0});
  } else {
    out.write_null();
  }
  write_moves(out, simulated, moves, before);
  out.key("sequence").open('[');
  std::optional<Move> next = any ? std::optional(moves.front()) : std::nullopt;
  for (std::int64_t step = 0; step < ask.moves && next; ++step) {
    moving.make(*next);
    out.open('{');
    write_move(out, simulated, *next);
    out.field("chance_percent", std::string_view(percent_of(next->futures_out, futures))).key("consumed");
    write_band(out, moving.consumed());
    out.close('}');
    next.reset();
    if (step + 1 == ask.moves) break;
    std::vector<Move> later = moving.candidates();
    later.erase(std::remove_if(later.begin(), later.end(), [](const Move& move) { return move.refused.has_value(); }),
                later.end());
    try_all(moving, later, later_tried);
    if (!later.empty()) next = std::move(later.front());
  }
  out.close(']').close('}');
}

}  // namespace creditfold::forecast
