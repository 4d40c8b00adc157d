// SPDX-License-Identifier: Apache-2.0
#include "ledger/column_fold.hpp"

#include <algorithm>
#include <utility>

#include "events/archive.hpp"
#include "events/upcast.hpp"
#include "ledger/evolve.hpp"

namespace creditfold {
namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t others_ahead = 4;

// Asks for the lines of the next `count` accounts before they are needed. Natively by hints, some way ahead.
// WebAssembly has none: there a field of each is read, in loads that do not wait for one another.
#ifdef __wasm__
constexpr std::size_t some = 512;

inline void use(std::uint32_t touched) {
  volatile std::uint32_t used = touched;
  static_cast<void>(used);
}
inline void look_ahead(const AccountLine* lines, const std::uint32_t* account, std::size_t count) {
  std::uint32_t touched = 0;
  for (std::size_t i = 0; i < count; ++i) touched += lines[account[i]].version;
  use(touched);
}
inline void fetch(std::span<const std::uint8_t> bytes) {
  std::uint32_t touched = 0;
  for (std::size_t at = 0; at < bytes.size(); at += cache_line) touched += bytes[at];
  use(touched);
}
#else
constexpr std::size_t some = 16;

inline void look_ahead(const AccountLine* lines, const std::uint32_t* account, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(&lines[account[i + accounts_fetched_ahead]], 1);
}
inline void fetch(std::span<const std::uint8_t> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += cache_line) __builtin_prefetch(bytes.data() + at, 0, 2);
}
#endif

template <class Tag>
Id<Tag> id_in(const std::string& text) {
  if (!Id<Tag>::valid(text)) throw DecodeFailure(0, detail::bad_id);
  return Id<Tag>(text);
}

Volume volume_in(std::int64_t tokens) {
  if (tokens < 0) throw DecodeFailure(0, detail::bad_volume);
  return Volume{tokens};
}

template <class P>
const P& read_into(P& payload, std::int64_t revision, std::string_view fields, SpanInputArchive& in) {
  in.begin({reinterpret_cast<const std::uint8_t*>(fields.data()), fields.size()});
  in.require(revision >= 1 && revision <= newest_revision<P>, 0, "unknown tag or revision of an event");
  read_revision(in, static_cast<std::uint8_t>(revision), payload);
  in.require_end();
  return payload;
}

}  // namespace

Expected<Done, ColumnFault> ColumnFold::fold(std::span<const std::uint8_t> segment, std::int64_t first_seq) {
  at_event_ = 0;
  unpacked_.events = 0;
  const auto fault = [&](const char* what) {
    const bool known = at_event_ < unpacked_.events;
    return Unexpected{
        ColumnFault{first_seq + static_cast<std::int64_t>(at_event_), known ? unpacked_.account[at_event_] : 0, what}};
  };
  try {
    columns_.read(segment);
    const SegmentColumns& columns = columns_;
    unpack(columns);
    expect_like(columns);
    const std::size_t events = columns.tag.size();
    std::size_t other_begin = 0;
    std::size_t other = 0;
    std::size_t charge = 0;
    for (std::size_t event = 0; event < events;) {
      const std::size_t end = other < others_.size() ? others_[other] : events;
      while (event < end) {
        const std::size_t count = end - event;
        const std::size_t added =
            bounded_ ? add_charges<true>(event, charge, count) : add_charges<false>(event, charge, count);
        if (usage_.by_account()) add_usage_by_account(event, charge, added);
        event += added;
        charge += added;
        at_event_ = event;
        if (event == end) break;
        evolved_.push_back(charge);
        fold_charge(columns, event++, charge++);
      }
      if (event == events) break;
      at_event_ = event;
      if (other + others_ahead < others_.size()) accounts_.look_ahead(unpacked_.account[others_[other + others_ahead]]);
      const auto size = static_cast<std::size_t>(columns.other_size[other++]);
      fold_other(columns, event++, columns.other.substr(other_begin, size));
      other_begin += size;
    }
    if (!usage_.by_account()) {
      evolved_.push_back(charge);
      std::size_t begin = 0;
      for (const std::size_t end : evolved_) {
        add_usage(begin, end);
        begin = end + 1;
      }
    }
    events_ += static_cast<std::int64_t>(events);
  } catch (const DecodeFailure& failure) {
    return fault(failure.what());
  } catch (const Inconsistent& inconsistent) {
    return fault(inconsistent.what());
  } catch (const Overflow& overflow) {
    return fault(overflow.what());
  }
  return Done{};
}

Expected<Done, ColumnFault> ColumnFold::settle() {
  try {
    empty_lanes();
  } catch (const Overflow& overflow) {
    return Unexpected{ColumnFault{0, 0, overflow.what()}};
  }
  for (std::uint32_t account = 1; account < accounts_.size(); ++account) {
    try {
      accounts_.settle(account);
    } catch (const Overflow& overflow) {
      return Unexpected{ColumnFault{0, account, overflow.what()}};
    }
  }
  return Done{};
}

Book ColumnFold::book(const std::function<AccountId(std::uint32_t)>& name) {
  std::vector<std::uint32_t> at(accounts_.size());
  std::vector<AccountState> states;
  for (std::uint32_t account = 1; account < accounts_.size(); ++account) {
    if (!accounts_.there(account)) continue;
    at[account] = static_cast<std::uint32_t>(states.size());
    states.push_back(accounts_.state(account, name(account)));
  }
  usage_.visit([&](std::uint32_t account, const UsageKey& key, const UsageTotals& totals) {
    auto& usage = states[at[account]].usage;
    usage.emplace_hint(usage.end(), key, totals);
  });
  Book book;
  for (AccountState& state : states) book.adopt(std::move(state));
  return book;
}

// Its row is where it was when this is the first charge of a workflow and model.
std::uint32_t ColumnFold::cell_of(std::size_t charge) {
  const std::uint32_t workflow = unpacked_.workflow[charge];
  const std::uint32_t model = unpacked_.model_number[unpacked_.model[charge]];
  const std::uint32_t cell = unpacked_.cells[workflow][model];
  return cell != 0 ? cell - 1 : usage_.cell(unpacked_.workflow_number[workflow], model);
}

UsageTotals ColumnFold::used_by(std::size_t charge) const {
  const Unpacked& of = unpacked_;
  return {1, Volume{of.query[charge]}, Volume{of.input[charge]}, Volume{of.output[charge]},
          Credits{of.credits[charge]}};
}

// Segments are much alike, so that the next one's keys, which are most of its bytes and are not read, lie where this
// one's do, or nearly.
void ColumnFold::expect_like(const SegmentColumns& columns) {
  constexpr std::size_t nearly = 256;
  const std::size_t keys = std::min(expected_.size(), columns.keys_at + nearly);
  const std::size_t behind =
      std::min(expected_.size(), std::max(keys, columns.after_keys - std::min(nearly, columns.after_keys)));
  to_fetch_ = {expected_.first(keys), expected_.subspan(behind)};
  expected_ = {};
}

// Some lines at a time, as more at once would wait for one another.
void ColumnFold::fetch_expected() {
  constexpr std::size_t lines = some / 8 + 1;
  std::span<const std::uint8_t>& from = to_fetch_[to_fetch_[0].empty() ? 1 : 0];
  const std::size_t bytes = std::min(lines * cache_line, from.size());
  fetch(from.first(bytes));
  from = from.subspan(bytes);
}

template <bool bounded>
std::size_t ColumnFold::add_charges(std::size_t event, std::size_t charge, std::size_t count) {
  AccountLine* const lines = accounts_.lines();
  const std::uint32_t* const account = unpacked_.account.data() + event;
  const std::uint32_t* const version = unpacked_.version.data() + event;
  const std::int64_t* const at = unpacked_.at.data() + event;
  const std::uint32_t* const plan = unpacked_.plan.data() + charge;
  const std::uint16_t* const plan_number = unpacked_.plan_number.data();
  const std::int64_t* const credits = unpacked_.credits.data() + charge;
  std::size_t i = 0;
  while (i < count) {
    const std::size_t end = std::min(count, i + some);
    look_ahead(lines, account + i, end - i);
    fetch_expected();
    for (; i < end; ++i) {
      AccountLine& line = lines[account[i]];
      const std::uint16_t wanted = plan_number[plan[i]];
      const std::size_t which = line.plan[1] == wanted ? 1 : 0;
      Window& window = line.window[which];
      if (static_cast<std::uint64_t>(at[i]) - static_cast<std::uint64_t>(window.from) >= window.length) return i;
      if (line.plan[which] != wanted || version[i] != line.version + 1) return i;
      std::int64_t pending = 0;
      const bool too_much = __builtin_add_overflow(window.pending, credits[i], &pending);
      if (!bounded && too_much) return i;
      window.pending = pending;
      line.version = version[i];
      line.latest_at = std::max(line.latest_at, at[i]);
    }
  }
  return i;
}

void ColumnFold::add_usage(std::size_t charge, std::size_t end) {
  if (!bounded_) {
    for (; charge < end; ++charge) {
      const std::uint32_t cell = cell_of(charge);
      UsageTable::sum(usage_.totals()[cell], used_by(charge));
    }
    return;
  }
  const std::uint32_t* const workflow = unpacked_.workflow.data();
  const std::uint32_t* const model = unpacked_.model.data();
  const std::uint32_t* const* const cells = unpacked_.cells.data();
  const std::uint32_t* const model_number = unpacked_.model_number.data();
  const std::uint32_t* const query = unpacked_.query.data();
  const std::uint32_t* const input = unpacked_.input.data();
  const std::uint32_t* const output = unpacked_.output.data();
  const std::int64_t* const credits = unpacked_.credits.data();
  UsageTotals* all_totals = usage_.totals();
  for (std::size_t i = charge; i < end; ++i) {
    i = add_in_lanes(i, end);
    if (i == end) break;
    std::uint32_t cell = cells[workflow[i]][model_number[model[i]]] - 1;
    if (cell + 1 == 0) [[unlikely]] {
      cell = cell_of(i);
      all_totals = usage_.totals();
    }
    UsageTotals& totals = all_totals[cell];
    ++totals.charges;
    totals.query.tokens += query[i];
    totals.input.tokens += input[i];
    totals.output.tokens += output[i];
    totals.credits.micro += credits[i];
  }
}

// As far as it comes.
std::size_t ColumnFold::add_in_lanes(std::size_t charge, std::size_t end) {
  if (!in_lanes_) return charge;
  const Unpacked& of = unpacked_;
  return lanes_.add({of.workflow.data(), of.model.data(), of.query.data(), of.input.data(), of.output.data(),
                     of.credits.data(), of.cells.data(), of.model_number.data()},
                    charge, end, usage_.cells());
}

void ColumnFold::add_usage_by_account(std::size_t event, std::size_t charge, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t cell = cell_of(charge + i);
    const UsageTotals used = used_by(charge + i);
    UsageTable::sum(usage_.totals()[cell], used);
    usage_.add(unpacked_.account[event + i], cell, used);
  }
}

Envelope ColumnFold::envelope(std::size_t event) const {
  const Instant at{unpacked_.at[event]};
  if (!detail::in_calendar(at)) throw DecodeFailure(0, detail::bad_instant);
  return {unpacked_.version[event], at};
}

void ColumnFold::fold_charge(const SegmentColumns& columns, std::size_t event, std::size_t charge) {
  CreditsConsumed fact;
  fact.plan = id_in<PlanTag>(columns.plan.at(charge));
  fact.workflow = WorkflowId(std::string(unpacked_.workflows[unpacked_.workflow[charge]]));
  fact.model = ModelId(std::string(unpacked_.models[unpacked_.model[charge]]));
  fact.query = volume_in(columns.query.at(charge));
  fact.input = volume_in(columns.input.at(charge));
  fact.output = volume_in(columns.output.at(charge));
  fact.credits.micro = unpacked_.credits[charge];
  fact.late = columns.late.at(charge) != 0;
  if (columns.settles.there.at(charge) != 0) fact.settles = id_in<AuthorizationTag>(columns.settles.texts.at(charge));
  accounts_.evolve(unpacked_.account[event], event_of(envelope(event), std::move(fact)));
}

template <class Fact>
bool ColumnFold::fold_unbilled(std::size_t event, std::string_view fields, KnownFields::Of of, Fact& fact,
                               std::optional<Money> Fact::*bill) {
  const std::uint32_t account = unpacked_.account[event];
  const std::int64_t revision = unpacked_.revision[event];
  const std::string_view unnamed = revision == 1 ? fields : std::string_view{};
  if (accounts_.evolve_as_known(account, envelope(event), of, unnamed)) return true;
  read_into(fact, revision, fields, fields_);
  if (fact.*bill) return false;
  accounts_.evolve(account, envelope(event), fact, unnamed);
  return true;
}

void ColumnFold::fold_other(const SegmentColumns& columns, std::size_t event, std::string_view fields) {
  const std::uint32_t tag = columns.tags[event];
  if (tag == CreditsGranted::tag) {
    if (fold_unbilled(event, fields, KnownFields::Of::allotment, grant_, &CreditsGranted::price)) return;
  } else if (tag == PeriodClosed::tag) {
    if (fold_unbilled(event, fields, KnownFields::Of::close, close_, &PeriodClosed::overage)) return;
  }
  Event whole = event_of(envelope(event), payload_of(tag, unpacked_.revision[event], fields));
  whole.key = id_in<KeyTag>(columns.key.at(batch_of(event)));  // lines of invoices keep it
  accounts_.evolve(unpacked_.account[event], whole);
}

}  // namespace creditfold
