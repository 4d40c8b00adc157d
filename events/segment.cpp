// SPDX-License-Identifier: Apache-2.0
// Which columns a segment has, in which order. Charges, of which a log mostly consists, lie in columns of their own; the
// fields of all other events as canonical bytes.
#include "events/segment.hpp"

#include <algorithm>
#include <bit>

#include "events/archive.hpp"
#include "events/segment_columns.hpp"
#include "events/upcast.hpp"

namespace creditfold {
namespace {

using Ints = std::vector<std::int64_t>;
using Texts = std::vector<std::string_view>;

template <class Tag>
Id<Tag> id_of(std::string text) {
  if (!Id<Tag>::valid(text)) throw DecodeFailure(0, detail::bad_id);
  return Id<Tag>(std::move(text));
}

template <class Tag>
std::optional<Id<Tag>> id_in(const MaybeTextColumn& column, std::size_t index) {
  return column.there.at(index) == 0 ? std::nullopt : std::optional(id_of<Tag>(column.texts.at(index)));
}

std::int64_t mask_of(const std::vector<UsageFlag>& flags) {
  std::int64_t mask = 0;
  for (const UsageFlag flag : flags) mask |= std::int64_t{1} << static_cast<int>(flag);
  return mask;
}

std::vector<UsageFlag> flags_of(std::int64_t mask) {
  std::vector<UsageFlag> flags;
  for (std::size_t i = 0; i < EnumNames<UsageFlag>::names.size(); ++i) {
    if ((mask >> i & 1) != 0) flags.push_back(static_cast<UsageFlag>(i));
  }
  return flags;
}

Volume volume_of(std::int64_t tokens) {
  if (tokens < 0) throw DecodeFailure(0, detail::bad_volume);
  return Volume{tokens};
}

Instant instant_of(std::int64_t micros) {
  if (!detail::in_calendar(Instant{micros})) throw DecodeFailure(0, detail::bad_instant);
  return Instant{micros};
}

// Texts that need not be there.
struct MaybeTexts {
  Ints there;
  Texts texts;

  template <class T>
  void add(const std::optional<T>& value) {
    there.push_back(value ? 1 : 0);
    texts.push_back(value ? std::string_view(value->value) : std::string_view());
  }
  void put(SpanOutputArchive& out) const {
    put_ints(out, there);
    put_texts(out, texts);
  }
  void clear() {
    there.clear();
    texts.clear();
  }
};

}  // namespace

// What was added, column by column, in stored order.
struct SegmentWriter::Columns {
  Ints account, previous, first_version, count, gone;
  Texts key;
  std::vector<std::uint8_t> command;

  Ints tag, revision, at, recorded_at;
  MaybeTexts actor;

  Ints usage_is_key;
  Texts usage, plan, workflow, model, rate_card;
  Ints query, input, output, credits, late, flags;
  MaybeTexts settles, memo;

  Ints other_size;
  std::vector<std::uint8_t> other;

  void clear() {
    for (Ints* ints : {&account, &previous, &first_version, &count, &gone, &tag, &revision, &at, &recorded_at, &usage_is_key,
                       &query, &input, &output, &credits, &late, &flags, &other_size}) {
      ints->clear();
    }
    for (Texts* texts : {&key, &usage, &plan, &workflow, &model, &rate_card}) texts->clear();
    for (MaybeTexts* texts : {&actor, &settles, &memo}) texts->clear();
    command.clear();
    other.clear();
  }

  void add(const CreditsConsumed& charge, const IdempotencyKey& of) {
    const bool same = charge.usage.value == of.value;
    usage_is_key.push_back(same ? 1 : 0);
    if (!same) usage.push_back(charge.usage.value);
    plan.push_back(charge.plan.value);
    workflow.push_back(charge.workflow.value);
    model.push_back(charge.model.value);
    rate_card.push_back(charge.rate_card.value);
    query.push_back(charge.query.tokens);
    input.push_back(charge.input.tokens);
    output.push_back(charge.output.tokens);
    credits.push_back(charge.credits.micro);
    late.push_back(charge.late ? 1 : 0);
    flags.push_back(mask_of(charge.flags));
    settles.add(charge.settles);
    memo.add(charge.memo);
  }
  void add_other(const Payload& payload) {
    const std::size_t before = other.size();
    append_with(other, [&](SpanOutputArchive& out) { std::visit([&](const auto& fields) { out(fields); }, payload); });
    other_size.push_back(static_cast<std::int64_t>(other.size() - before));
  }

  void put(SpanOutputArchive& out) const {
    out.put_byte(segment_form);
    out.put_varint(account.size());
    out.put_varint(gone.size());
    put_ints(out, gone);
    for (const Ints* ints : {&account, &previous, &first_version, &count}) put_ints(out, *ints);
    put_texts(out, key);
    out.put_bytes(command.data(), command.size());
    out.put_varint(tag.size());
    for (const Ints* ints : {&tag, &revision, &at, &recorded_at}) put_ints(out, *ints);
    actor.put(out);
    put_ints(out, usage_is_key);
    for (const Texts* texts : {&usage, &plan, &workflow, &model, &rate_card}) put_texts(out, *texts);
    for (const Ints* ints : {&query, &input, &output, &credits, &late, &flags}) put_ints(out, *ints);
    settles.put(out);
    memo.put(out);
    put_ints(out, other_size);
    out.put_bytes(other.data(), other.size());
  }
};

SegmentWriter::SegmentWriter() : columns_(std::make_unique<Columns>()) {}
SegmentWriter::~SegmentWriter() = default;

void SegmentWriter::add(const PackedBatch& batch, const IdempotencyKey& key, const CommandDigest& command,
                        std::span<const Event> events) {
  Columns& columns = *columns_;
  columns.account.push_back(batch.account);
  columns.previous.push_back(batch.previous);
  columns.first_version.push_back(batch.first_version);
  columns.count.push_back(batch.events);
  columns.key.push_back(key.value);
  columns.command.insert(columns.command.end(), command.bytes.begin(), command.bytes.end());
  for (const Event& event : events) {
    const auto* charge = std::get_if<CreditsConsumed>(&event.payload);
    std::visit(
        [&]<class P>(const P&) {
          columns.tag.push_back(P::tag);
          columns.revision.push_back(newest_revision<P>);
        },
        event.payload);
    columns.at.push_back(event.at.micros);
    columns.recorded_at.push_back(event.recorded_at.micros);
    columns.actor.add(event.actor);
    if (charge != nullptr) {
      columns.add(*charge, key);
    } else {
      columns.add_other(event.payload);
    }
  }
}

void SegmentWriter::add_gone(const PackedBatch& batch) {
  Columns& columns = *columns_;
  columns.gone.push_back(static_cast<std::int64_t>(columns.account.size()));
  columns.account.push_back(batch.account);
  columns.previous.push_back(batch.previous);
  columns.first_version.push_back(batch.first_version);
  columns.count.push_back(batch.events);
}

std::size_t SegmentWriter::events() const { return columns_->tag.size(); }

std::vector<std::uint8_t> SegmentWriter::finish() {
  std::vector<std::uint8_t> bytes;
  append_with(bytes, [&](SpanOutputArchive& out) { columns_->put(out); });
  columns_->clear();
  return bytes;
}

// The columns, and what finds an event's place in them.
struct Segment::Columns : SegmentColumns {
  struct Kept {
    std::size_t batches = 0;
    std::size_t events = 0;
  };
  std::vector<Kept> kept;                 // of the batches before each, those that are not gone; empty when none is gone
  std::vector<std::uint32_t> rank;        // among the charges, or among the others; empty when all are charges
  std::vector<std::uint32_t> own_usage;   // charges before this one whose usage is not their key; empty when all are
  std::vector<std::size_t> other_end;

  explicit Columns(std::span<const std::uint8_t> bytes) : SegmentColumns(take(bytes)) {
    rank.reserve(tags.size());
    std::uint32_t charged = 0;
    std::uint32_t others = 0;
    for (const std::uint32_t each : tags) rank.push_back(each == CreditsConsumed::tag ? charged++ : others++);
    if (usage.size() > 0) own_usage.reserve(charges);
    std::uint32_t own = 0;
    for (std::size_t i = 0; usage.size() > 0 && i < charges; ++i) {
      own_usage.push_back(own);
      own += usage_is_key.at(i) == 0 ? 1 : 0;
    }
    std::size_t end = 0;
    for (std::size_t i = 0; i < other_size.size(); ++i) {
      other_end.push_back(end += static_cast<std::size_t>(other_size.at(i)));
    }
  }

  [[nodiscard]] CreditsConsumed charge(std::size_t i, const IdempotencyKey& key_of) const {
    CreditsConsumed charge;
    const bool own = !own_usage.empty() && usage_is_key.at(i) == 0;
    charge.usage = id_of<UsageTag>(own ? usage.at(own_usage[i]) : key_of.value);
    charge.plan = id_of<PlanTag>(plan.at(i));
    charge.workflow = id_of<WorkflowTag>(workflow.at(i));
    charge.model = id_of<ModelTag>(model.at(i));
    charge.rate_card = id_of<RateCardTag>(rate_card.at(i));
    charge.query = volume_of(query.at(i));
    charge.input = volume_of(input.at(i));
    charge.output = volume_of(output.at(i));
    charge.credits = Credits{credits.at(i)};
    charge.late = late.at(i) != 0;
    charge.flags = flags_of(flags.at(i));
    charge.settles = id_in<AuthorizationTag>(settles, i);
    if (memo.there.at(i) != 0) {
      charge.memo = FreeText(memo.texts.at(i));
      if (!FreeText::valid(charge.memo->value)) throw DecodeFailure(0, detail::bad_free_text);
    }
    return charge;
  }
  [[nodiscard]] Payload fields(std::size_t event, std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : other_end[i - 1];
    return payload_of(tag.at(event), revision.at(event), other.substr(begin, other_end[i] - begin));
  }
};

Segment::Segment(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)), columns_(std::make_unique<Columns>(bytes_)) {
  const Columns& columns = *columns_;
  const std::size_t count = columns.account.size();
  const std::size_t gone = columns.gone_at.size();
  batches_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    batches_[i] = {columns.account.at(i), columns.previous.at(i), columns.first_version.at(i), columns.count.at(i), false};
  }
  for (std::size_t i = 0; i < gone; ++i) batches_[static_cast<std::size_t>(columns.gone_at.at(i))].gone = true;

  first_event_.reserve(count + 1);
  Columns::Kept kept;
  std::size_t place = 0;
  for (const PackedBatch& batch : batches_) {
    if (batch.events < 0 || batch.events > static_cast<std::int64_t>(events_per_batch_max)) {
      throw DecodeFailure(0, "a batch of so many events");
    }
    if (batch.first_version < 1) throw DecodeFailure(0, "an event without a version");
    first_event_.push_back(place);
    place += static_cast<std::size_t>(batch.events);
    if (gone > 0) columns_->kept.push_back(kept);
    if (batch.gone) continue;
    kept.batches += 1;
    kept.events += static_cast<std::size_t>(batch.events);
  }
  first_event_.push_back(place);
  if (kept.events != columns.tag.size()) throw DecodeFailure(0, "batches and events do not fit together");
}

Segment::~Segment() = default;
Segment::Segment(Segment&&) noexcept = default;
Segment& Segment::operator=(Segment&&) noexcept = default;

std::size_t Segment::batch_of(std::size_t event) const {
  const auto behind = std::upper_bound(first_event_.begin(), first_event_.end(), event);
  return static_cast<std::size_t>(behind - first_event_.begin()) - 1;
}

IdempotencyKey Segment::key(std::size_t batch) const {
  return id_of<KeyTag>(columns_->key.at(columns_->kept.empty() ? batch : columns_->kept[batch].batches));
}

CommandDigest Segment::command(std::size_t batch) const {
  CommandDigest digest;
  const std::size_t at = columns_->kept.empty() ? batch : columns_->kept[batch].batches;
  std::memcpy(digest.bytes.data(), columns_->command.data() + at * digest.bytes.size(), digest.bytes.size());
  return digest;
}

Event Segment::event(std::size_t batch, std::size_t event, const AccountId& account) const {
  const Columns& columns = *columns_;
  const std::size_t within = event - first_event_[batch];
  const std::size_t i = columns.kept.empty() ? event : columns.kept[batch].events + within;
  Event found;
  found.account = account;
  found.version = batches_[batch].first_version + static_cast<std::int64_t>(within);
  found.at = instant_of(columns.at.at(i));
  found.recorded_at = instant_of(columns.recorded_at.at(i));
  found.key = key(batch);
  found.actor = id_in<ActorTag>(columns.actor, i);
  const std::size_t rank = columns.rank.empty() ? i : columns.rank[i];
  if (columns.tag.at(i) == CreditsConsumed::tag) {
    found.payload = columns.charge(rank, found.key);
  } else {
    found.payload = columns.fields(i, rank);
  }
  return found;
}

}  // namespace creditfold
