// SPDX-License-Identifier: Apache-2.0
// Command texts to commands: form only. Unknown fields are refused, not ignored.
#include <algorithm>
#include <boost/json.hpp>
#include <vector>

#include "ledger/json.hpp"
#include "ledger/key_arn.hpp"
#include "ledger/json_reader.hpp"
#include "ledger/json_text.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/markings.hpp"

namespace creditfold {
namespace {

namespace json = boost::json;

OpenAccount read_open_account(ObjectReader& in) {
  return {.environment = in.name_of<Environment>("environment"), .region = in.id<RegionId>("region")};
}

StartTerm read_start_term(ObjectReader& in) {
  StartTerm command;
  command.product = in.id<ProductId>("product");
  command.starts_at = in.instant("starts_at");
  command.ends_at = in.instant("ends_at");
  command.plan = in.optional_id<PlanId>("plan");
  if (in.has("cadence")) command.cadence = in.name_of<Cadence>("cadence");
  command.allotment = in.optional_credits("allotment");
  command.seats = in.optional_integer("seats");
  command.seat_price = in.optional_money("seat_price");
  return command;
}

template <class Command>
Command read_term_command(ObjectReader& in) {
  return {
      .product = in.id<ProductId>("product"), .plan = in.optional_id<PlanId>("plan"), .ends_at = in.instant("ends_at")};
}

LotKind read_granted_kind(ObjectReader& in) {
  static constexpr std::string_view granted[] = {"promotion", "correction"};
  const std::string found = in.string("kind");
  if (found == granted[0]) return LotKind::promotion;
  if (!in.faulty() && found != granted[1]) in.fail_name("kind", found, granted);
  return LotKind::correction;
}

GrantCredits read_grant_credits(ObjectReader& in) {
  return {.plan = in.id<PlanId>("plan"),
          .credits = in.credits("credits"),
          .kind = read_granted_kind(in),
          .period = in.integer("period"),
          .reason = in.text("reason"),
          .corrects = in.optional_id<UsageId>("corrects")};
}

PurchaseCredits read_purchase_credits(ObjectReader& in, std::optional<ReadFault>& fault) {
  PurchaseCredits command{.plan = in.id<PlanId>("plan"), .credits = in.credits("credits")};
  const json::value* periods = in.find("periods");
  if (periods == nullptr) {
    in.fail("periods", "is missing");
    return command;
  }
  ObjectReader run(*periods, in.place("periods"), fault);
  command.first = run.integer("first");
  command.last = run.integer("last");
  run.refuse_others();
  return command;
}

RecordUsage read_record_usage(ObjectReader& in) {
  return {.usage = in.id<UsageId>("usage"),
          .workflow = in.id<WorkflowId>("workflow"),
          .model = in.id<ModelId>("model"),
          .query = in.volume("query"),
          .input = in.volume("input"),
          .output = in.volume("output"),
          .plan = in.optional_id<PlanId>("plan"),
          .actor = in.optional_id<ActorId>("actor"),
          .settles = in.optional_id<AuthorizationId>("settles"),
          .classification = in.optional_text("classification"),
          .ai_generated = in.optional_boolean("ai_generated"),
          .memo = in.optional_text("memo")};
}

AuthorizeUsage read_authorize_usage(ObjectReader& in) {
  return {.authorization = in.id<AuthorizationId>("authorization"),
          .workflow = in.id<WorkflowId>("workflow"),
          .model = in.id<ModelId>("model"),
          .query = in.volume("query"),
          .input = in.volume("input"),
          .output = in.volume("output"),
          .expires_at = in.instant("expires_at"),
          .plan = in.optional_id<PlanId>("plan"),
          .actor = in.optional_id<ActorId>("actor"),
          .classification = in.optional_text("classification")};
}

RotateKey read_rotate_key(ObjectReader& in) {
  RotateKey command{.key_arn = in.id<KeyArn>("key_arn"), .reason = in.optional_text("reason")};
  if (!in.faulty() && !parse_key_arn(command.key_arn.value)) {
    in.fail("key_arn", "is no ARN of an AWS KMS key, as arn:aws:kms:REGION:ACCOUNT:key/ID");
  }
  return command;
}

// The body by the command's name; nullopt for a name there is no command of.
std::optional<CommandBody> read_body(std::string_view name, ObjectReader& in, std::optional<ReadFault>& fault) {
  if (name == RecordUsage::name) return read_record_usage(in);
  if (name == AuthorizeUsage::name) return read_authorize_usage(in);
  if (name == ReleaseAuthorization::name) return ReleaseAuthorization{in.id<AuthorizationId>("authorization")};
  if (name == OpenAccount::name) return read_open_account(in);
  if (name == StartTerm::name) return read_start_term(in);
  if (name == RenewTerm::name) return read_term_command<RenewTerm>(in);
  if (name == EndTerm::name) return read_term_command<EndTerm>(in);
  if (name == SetBuilders::name) return SetBuilders{in.id<PlanId>("plan"), in.builders("actors")};
  if (name == GrantCredits::name) return read_grant_credits(in);
  if (name == PurchaseCredits::name) return read_purchase_credits(in, fault);
  if (name == TransferCredits::name) return TransferCredits{in.id<AccountId>("to"), in.credits("credits")};
  if (name == ClosePeriods::name) return ClosePeriods{};
  if (name == ChangeSeats::name) return ChangeSeats{in.id<ProductId>("product"), in.integer("seats")};
  if (name == AddProduct::name) return AddProduct{in.id<ProductId>("product"), in.optional_id<RegionId>("region")};
  if (name == RemoveProduct::name) return RemoveProduct{in.id<ProductId>("product")};
  if (name == MigrateRegion::name) return MigrateRegion{in.id<RegionId>("region"), in.string("scope")};
  if (name == RotateKey::name) return read_rotate_key(in);
  if (name == RevokeKey::name) return RevokeKey{in.optional_text("reason")};
  if (name == SetConsent::name) return SetConsent{in.id<FeatureId>("feature"), in.boolean("granted")};
  if (name == AcceptTerms::name) {
    return AcceptTerms{in.id<TermsId>("terms"), in.optional_boolean("accepted").value_or(true)};
  }
  if (name == SetAccess::name) return SetAccess{in.boolean("allowed"), in.optional_text("reason")};
  return std::nullopt;
}

std::size_t colons_in(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), ':'));
}

// Those of a text that would be read into this value.
void add_colons(const json::value& value, std::size_t& colons) {
  if (const json::string* text = value.if_string()) {
    colons += colons_in({text->data(), text->size()});
  } else if (const json::object* object = value.if_object()) {
    for (const auto& field : *object) {
      colons += 1 + colons_in({field.key().data(), field.key().size()});
      add_colons(field.value(), colons);
    }
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& element : *array) add_colons(element, colons);
  }
}

// Whether the text that was read into this value may have a key twice. Of two the value keeps one. Where nothing is
// escaped all colons of the text are those behind its keys and those of its strings.
bool may_have_key_twice(std::string_view text, const json::value& value) {
  std::size_t colons = 0;
  add_colons(value, colons);
  return text.find('\\') != std::string_view::npos || colons_in(text) != colons;
}

// Equal for texts that are equal as JSON values: keys sorted, no blanks, strings re-escaped one way.
void canonical(const json::value& value, std::string& out) {
  if (const json::object* object = value.if_object()) {
    std::vector<const json::key_value_pair*> fields;
    for (const auto& field : *object) fields.push_back(&field);
    std::sort(fields.begin(), fields.end(), [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (const auto* field : fields) {
      if (out.back() != '{') out += ',';
      append_quoted(out, std::string_view(field->key().data(), field->key().size()));
      out += ':';
      canonical(field->value(), out);
    }
    out += '}';
  } else if (const json::array* array = value.if_array()) {
    out += '[';
    for (const json::value& element : *array) {
      if (out.back() != '[') out += ',';
      canonical(element, out);
    }
    out += ']';
  } else if (const json::string* text = value.if_string()) {
    append_quoted(out, std::string_view(text->data(), text->size()));
  } else if (const bool* truth = value.if_bool()) {
    out += *truth ? "true" : "false";
  } else if (const std::int64_t* number = value.if_int64()) {
    out += std::to_string(*number);
  } else if (const std::uint64_t* large = value.if_uint64()) {
    out += std::to_string(*large);
  } else if (value.is_double()) {
    out += 'd';  // no field takes a fraction: its bits tell it from others, and no writer of decimals is needed
    out += std::to_string(__builtin_bit_cast(std::uint64_t, value.get_double()));
  } else {
    out += "null";
  }
}

// What a command says its content is counts like a marking.
bool declares_more_than_cui(const json::value& value) {
  const json::object* object = value.if_object();
  const json::value* declared = object ? object->if_contains("classification") : nullptr;
  const json::string* text = declared ? declared->if_string() : nullptr;
  return text != nullptr && declares_classified(Text{std::string(text->data(), text->size())});
}

std::optional<IdempotencyKey> key_of(const json::value& value) {
  const json::object* object = value.if_object();
  const json::value* key = object ? object->if_contains("key") : nullptr;
  const json::string* text = key ? key->if_string() : nullptr;
  if (text == nullptr) return std::nullopt;
  const std::string_view view(text->data(), text->size());
  if (!IdempotencyKey::valid(view) || has_marking(view)) return std::nullopt;
  return IdempotencyKey(view);
}

Answer refusal_answer(std::optional<IdempotencyKey> key, const Refusal& refusal, bool marked) {
  if (marked && key && has_marking(key->value)) key.reset();
  return {
      .key = std::move(key), .refused = marked ? without_content(refusal) : refusal, .accepted = {}, .replayed = false};
}

}  // namespace

Expected<ParsedCommand, Malformed> parse_command(std::string_view text) {
  if (text.size() > command_bytes_max) return Unexpected{Malformed{{}, "/", "is longer than 1 MiB"}};
  unsigned char buffer[8192];
  json::monotonic_resource memory(buffer, sizeof buffer);
  json::parser parser(&memory, json::parse_options{.max_depth = json_depth_max});
  json::error_code error;
  const std::size_t parsed = parser.write_some(text.data(), text.size(), error);
  if (!error) {
    const std::string_view rest = text.substr(parsed);
    if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos)
      error = json::make_error_code(json::error::extra_data);
  }
  if (error) {
    const std::string why = error ? error.message() : "incomplete JSON";
    return Unexpected{Malformed{{}, "byte " + std::to_string(parsed + 1), "is not JSON: " + why, has_marking(text)}};
  }
  const json::value value = parser.release();
  const bool marked = has_marked_text(value) || declares_more_than_cui(value);
  const auto key = key_of(value);
  if (const auto twice = may_have_key_twice(text, value) ? find_duplicate_key(text) : std::nullopt) {
    Malformed malformed{key, *twice, "stands twice", marked || has_marking(text) || has_marking(*twice)};
    if (malformed.place == "/key") malformed.key.reset();  // of two keys neither is the line's
    return Unexpected{std::move(malformed)};
  }

  std::optional<ReadFault> fault;
  ObjectReader in(value, "", fault);
  const std::string name = in.string("command");
  Command command{.account = in.id<AccountId>("account"),
                  .key = in.id<IdempotencyKey>("key"),
                  .at = in.optional_instant("at"),
                  .body = ClosePeriods{},
                  .marked = marked};
  if (!fault) {
    auto body = read_body(name, in, fault);
    if (body) {
      command.body = std::move(*body);
      in.refuse_others();
    } else {
      in.fail("command", shown(name) + "is no command");
    }
  }
  if (fault) return Unexpected{Malformed{key, fault->place, fault->what, marked}};
  std::string sent;
  sent.reserve(text.size());
  canonical(value, sent);
  return ParsedCommand{std::move(command), command_digest_of(sent)};
}

Answer refusal_answer(const Command& command, const Refusal& refusal) {
  return refusal_answer(command.key, refusal, command.marked);
}

Answer refusal_answer(const Malformed& malformed) {
  const std::string& place = malformed.place;
  std::string message = (place == "/" ? "The command" : place) + " " + malformed.what + ".";
  const Refusal refusal{RefusalCode::malformed, "", std::move(message), {{"place", place}}};
  return refusal_answer(malformed.key, refusal, malformed.marked);
}

}  // namespace creditfold
