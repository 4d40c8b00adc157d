// SPDX-License-Identifier: Apache-2.0
// Which columns a segment has, in which order. Charges, of which a log mostly consists, lie in columns of their own;
// the fields of all other events as canonical bytes.
#include "events/segment.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "events/archive.hpp"
#include "events/segment_columns.hpp"
#include "events/upcast.hpp"

namespace creditfold {
namespace {

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

// Of the alternatives of Payload, in their order.
constexpr auto tags = []<std::size_t... I>(std::index_sequence<I...>) {
  return std::array{std::int64_t{std::variant_alternative_t<I, Payload>::tag}...};
}(std::make_index_sequence<event_kinds>{});

std::int64_t revision_in(const Event* event) {
  return std::visit([](const auto& fields) -> std::int64_t { return revision_of(fields); }, event->payload);
}

// A column of what is had of each element.
template <class Element, class Of>
void put_ints_of(SpanOutputArchive& out, const std::vector<Element>& elements, Of&& of) {
  std::array<std::int64_t, 64> few;  // so that a small segment takes no memory for each of its columns
  std::vector<std::int64_t> many(elements.size() <= few.size() ? 0 : elements.size());
  const std::span<std::int64_t> values = many.empty() ? std::span(few).first(elements.size()) : std::span(many);
  std::transform(elements.begin(), elements.end(), values.begin(), of);
  put_ints(out, values);
}

template <class Element, class Of>
void put_texts_of(SpanOutputArchive& out, const std::vector<Element>& elements, Of&& of) {
  std::vector<std::string_view> values(elements.size());
  std::transform(elements.begin(), elements.end(), values.begin(), of);
  put_texts(out, values);
}

// Of texts that need not be there.
template <class Element, class Of>
void put_maybe_texts_of(SpanOutputArchive& out, const std::vector<Element>& elements, Of&& of) {
  put_ints_of(out, elements, [&](const Element& element) { return of(element) ? 1 : 0; });
  put_texts_of(out, elements, [&](const Element& element) {
    const auto& text = of(element);
    return text ? std::string_view(text->value) : std::string_view();
  });
}

}  // namespace

// What was added, in its order. Each column is gathered from it when the segment is made.
struct SegmentWriter::Added {
  struct Kept {
    const IdempotencyKey* key = nullptr;
    CommandDigest command;
  };
  struct Charge {
    const CreditsConsumed* fields = nullptr;
    const IdempotencyKey* key = nullptr;  // of its command
    [[nodiscard]] const CreditsConsumed* operator->() const { return fields; }
    [[nodiscard]] bool usage_is_key() const { return fields->usage.value == key->value; }
  };
  std::vector<PackedBatch> batches;
  std::vector<std::size_t> gone;  // which of them are
  std::vector<Kept> kept;         // of the others
  std::vector<const Event*> events;
  std::vector<Charge> charges;
  std::vector<const Payload*> others;

  void put_batches(SpanOutputArchive& out) const {
    out.put_byte(segment_form);
    out.put_varint(batches.size());
    out.put_varint(gone.size());
    put_ints_of(out, gone, [](std::size_t place) { return static_cast<std::int64_t>(place); });
    put_ints_of(out, batches, [](const PackedBatch& batch) { return batch.account; });
    put_ints_of(out, batches, [](const PackedBatch& batch) { return batch.previous; });
    put_ints_of(out, batches, [](const PackedBatch& batch) { return batch.first_version; });
    put_ints_of(out, batches, [](const PackedBatch& batch) { return batch.events; });
    put_texts_of(out, kept, [](const Kept& batch) { return std::string_view(batch.key->value); });
    for (const Kept& batch : kept) out.put_bytes(batch.command.bytes.data(), batch.command.bytes.size());
  }
  void put_events(SpanOutputArchive& out) const {
    out.put_varint(events.size());
    put_ints_of(out, events, [](const Event* event) { return tags[event->payload.index()]; });
    put_ints_of(out, events, revision_in);
    put_ints_of(out, events, [](const Event* event) { return event->at.micros; });
    put_ints_of(out, events, [](const Event* event) { return event->recorded_at.micros; });
    put_maybe_texts_of(out, events, [](const Event* event) -> const auto& { return event->actor; });
  }
  void put_usage(SpanOutputArchive& out) const {
    put_ints_of(out, charges, [](const Charge& charge) { return charge.usage_is_key() ? 1 : 0; });
    std::vector<std::string_view> own;
    for (const Charge& charge : charges) {
      if (!charge.usage_is_key()) own.push_back(charge->usage.value);
    }
    put_texts(out, own);
    put_texts_of(out, charges, [](const Charge& charge) { return std::string_view(charge->plan.value); });
    put_texts_of(out, charges, [](const Charge& charge) { return std::string_view(charge->workflow.value); });
  }
  void put_models(SpanOutputArchive& out) const {
    put_texts_of(out, charges, [](const Charge& charge) { return std::string_view(charge->model.value); });
    put_texts_of(out, charges, [](const Charge& charge) { return std::string_view(charge->rate_card.value); });
  }
  void put_amounts(SpanOutputArchive& out) const {
    put_ints_of(out, charges, [](const Charge& charge) { return charge->query.tokens; });
    put_ints_of(out, charges, [](const Charge& charge) { return charge->input.tokens; });
    put_ints_of(out, charges, [](const Charge& charge) { return charge->output.tokens; });
    put_ints_of(out, charges, [](const Charge& charge) { return charge->credits.micro; });
    put_ints_of(out, charges, [](const Charge& charge) { return charge->late ? 1 : 0; });
    put_ints_of(out, charges, [](const Charge& charge) { return mask_of(charge->flags); });
  }
  void put_rest(SpanOutputArchive& out) const {
    put_maybe_texts_of(out, charges, [](const Charge& charge) -> const auto& { return charge->settles; });
    put_maybe_texts_of(out, charges, [](const Charge& charge) -> const auto& { return charge->memo; });
    std::vector<std::uint8_t> fields_of_all;
    std::vector<std::int64_t> sizes;
    for (const Payload* payload : others) {
      const std::size_t before = fields_of_all.size();
      append_with(fields_of_all, [&](SpanOutputArchive& fields) {
        std::visit([&](const auto& each) { write_revision(fields, each); }, *payload);
      });
      sizes.push_back(static_cast<std::int64_t>(fields_of_all.size() - before));
    }
    put_ints(out, sizes);
    out.put_bytes(fields_of_all.data(), fields_of_all.size());
  }

  // In the order in which they lie in a segment.
  static constexpr std::array puts{&Added::put_batches, &Added::put_events,  &Added::put_usage,
                                   &Added::put_models,  &Added::put_amounts, &Added::put_rest};
};

SegmentWriter::SegmentWriter() : added_(std::make_unique<Added>()) {}
SegmentWriter::~SegmentWriter() = default;

void SegmentWriter::add(const PackedBatch& batch, const IdempotencyKey& key, const CommandDigest& command,
                        std::span<const Event> events) {
  Added& added = *added_;
  added.batches.push_back(batch);
  added.kept.push_back({&key, command});
  for (const Event& event : events) {
    added.events.push_back(&event);
    if (const auto* charge = std::get_if<CreditsConsumed>(&event.payload)) {
      added.charges.push_back({charge, &key});
    } else {
      added.others.push_back(&event.payload);
    }
  }
}

void SegmentWriter::add_gone(const PackedBatch& batch) {
  added_->gone.push_back(added_->batches.size());
  added_->batches.push_back(batch);
}

std::size_t SegmentWriter::parts() const { return Added::puts.size(); }

void SegmentWriter::put_part(std::size_t index, std::vector<std::uint8_t>& out) const {
  append_with(out, [&](SpanOutputArchive& archive) { ((*added_).*Added::puts[index])(archive); });
}

void SegmentWriter::clear() { *added_ = {}; }

std::vector<std::uint8_t> SegmentWriter::finish() {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < parts(); ++i) put_part(i, bytes);
  clear();
  return bytes;
}

// The columns, and what finds an event's place in them.
struct Segment::Columns : SegmentColumns {
  struct Kept {
    std::size_t batches = 0;
    std::size_t events = 0;
  };
  std::vector<Kept> kept;  // of the batches before each, those that are not gone; empty when none is gone
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
    for (const std::int64_t size : other_size) other_end.push_back(end += static_cast<std::size_t>(size));
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

Segment::Segment(std::vector<std::uint8_t> bytes)
    : bytes_(std::move(bytes)), columns_(std::make_unique<Columns>(bytes_)) {
  const Columns& columns = *columns_;
  const std::size_t count = columns.account.size();
  const std::size_t gone = columns.gone_at.size();
  batches_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    batches_[i] = {columns.account.at(i), columns.previous.at(i), columns.first_version.at(i), columns.count.at(i),
                   false};
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
