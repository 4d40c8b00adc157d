// SPDX-License-Identifier: Apache-2.0
#include "ledger/forecast/branch_bytes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "events/archive.hpp"
#include "events/digested_bytes.hpp"

namespace creditfold::forecast {
namespace {

constexpr std::array<std::uint8_t, 8> branch_magic{'C', 'F', 'B', 'R', 'A', 'N', 'C', 'H'};

// The fields in the order of their bytes, the same on both ways. `archive`: writes or reads what it is given.

template <class Archive, class Numbers>
void exchange_all(Archive& archive, Numbers& numbers) {
  for (auto& number : numbers) archive(number);
}

template <class Archive, class Series>
void exchange_series(Archive& archive, Series& series) {
  archive(series.key.workflow, series.key.model, series.key.plan, series.actor, series.charges);
  for (auto& day : series.days) archive(day.query, day.input, day.output, day.credits, day.charges);
  exchange_all(archive, series.hours);
  exchange_all(archive, series.weekdays);
  for (auto& volume : series.volumes) archive(volume.p10, volume.p50, volume.p90, volume.max);
}

std::size_t windows_of(const History& history) {
  return history.from ? static_cast<std::size_t>(std::max(history.days, 1)) : 0;
}

void require_read(bool holds, const SpanInputArchive& in, const char* otherwise) {
  in.require(holds, in.offset(), otherwise);
}

// Nothing of what was used is below nothing.
void require_natural(const SeriesHistory& series, const SpanInputArchive& in) {
  bool natural = series.charges >= 0;
  for (const DayUse& day : series.days)
    natural = natural && std::min({day.query, day.input, day.output, day.credits, day.charges}) >= 0;
  for (const std::int64_t hour : series.hours) natural = natural && hour >= 0;
  for (const std::int64_t weekday : series.weekdays) natural = natural && weekday >= 0;
  for (const VolumeQuantiles& volume : series.volumes)
    natural = natural && std::min({volume.p10, volume.p50, volume.p90, volume.max}) >= 0;
  require_read(natural, in, "a figure below nothing");
}

History read_history(SpanInputArchive& in) {
  History history;
  std::uint32_t series = 0;
  in(history.at, history.from, history.days, history.charges, series);
  require_read(0 <= history.days && history.days <= history_days_max, in, "more days than are looked at");
  require_read(series <= series_max && (history.from || series == 0), in, "more series than are told apart");
  exchange_all(in, history.hour_of_week);
  for (std::uint32_t i = 0; i < series; ++i) {
    SeriesHistory& next = history.series.emplace_back();
    next.days.resize(windows_of(history));
    exchange_series(in, next);
    require_natural(next, in);
  }
  return history;
}

}  // namespace

std::vector<std::uint8_t> encode_branch(const LearnedBranch& learned) {
  const Branch& branch = learned.branch;
  const History& history = branch.model.history;
  std::vector<std::uint8_t> bytes(branch_magic.begin(), branch_magic.end());
  SpanOutputArchive out(bytes);
  out(branch_format, learned.to, learned.at, branch.state, branch.at, branch.seq, branch.ended);
  out(history.at, history.from, history.days, history.charges, static_cast<std::uint32_t>(history.series.size()));
  exchange_all(out, history.hour_of_week);
  for (const SeriesHistory& series : history.series) exchange_series(out, series);
  end_with_digest(bytes);
  return bytes;
}

Expected<LearnedBranch, std::string> decode_branch(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < branch_magic.size() || !std::equal(branch_magic.begin(), branch_magic.end(), bytes.begin())) {
    return Unexpected{std::string("not a branch")};
  }
  try {
    SpanInputArchive in(bytes.subspan(branch_magic.size()), branch_magic.size());
    std::uint8_t format = 0;
    in(format);
    if (format != branch_format) return Unexpected{"branch format " + std::to_string(format) + " is not today's"};
    LearnedBranch learned;
    Branch& branch = learned.branch;
    in(learned.to, learned.at, branch.state, branch.at, branch.seq, branch.ended);
    History history = read_history(in);
    require_read(history.at == branch.at, in, "a history of another moment");
    Digest recorded;  // compared below
    in(recorded);
    in.require_end();
    if (!ends_with_its_digest(bytes)) return Unexpected{std::string("the digest differs")};
    branch.model = learn(std::move(history));
    return learned;
  } catch (const DecodeFailure& failure) {
    return Unexpected{"byte " + std::to_string(failure.error().offset) + ": " + failure.what()};
  }
}

}  // namespace creditfold::forecast
