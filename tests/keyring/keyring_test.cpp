// SPDX-License-Identifier: Apache-2.0
// The keyring over a key service that can be told to fail: what is kept unwrapped and for whom, what a revocation takes
// away, and that sealing never asks.
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "ledger/keyring/keyring.hpp"
#include "ledger/keyring/limits.hpp"
#include "ledger/keyring/local_key_service.hpp"
#include "tests/acme.hpp"
#include "tests/keyring/key_arns.hpp"
#include "tests/store/temporary_directory.hpp"

using namespace creditfold;
using namespace creditfold::keyring;
using test::acme;
using test::one;
using test::two;

namespace {

// What a test tells the key service, which belongs to the keyring.
struct Told {
  std::atomic<int> asked{0};
  std::atomic<int> decrypts{0};
  std::atomic<bool> down{false};
  std::atomic<bool> refusing{false};
  std::atomic<bool> forgetful{false};  // gives back something else
};

class FaultyService final : public KeyService {
 public:
  FaultyService(std::filesystem::path file, std::shared_ptr<Told> told)
      : local_(std::move(file)), told_(std::move(told)) {}

  [[nodiscard]] std::string_view name() const override { return "faulty"; }
  Expected<Ciphertext, KeyFault> encrypt(const KeyArn& key, const AccountId& account, const Secret& plain) override {
    if (auto fault = look()) return Unexpected{*fault};
    return local_.encrypt(key, account, plain);
  }
  Expected<Secret, KeyFault> decrypt(const KeyArn& key, const AccountId& account,
                                     const Ciphertext& ciphertext) override {
    told_->decrypts += 1;
    if (auto fault = look()) return Unexpected{*fault};
    auto plain = local_.decrypt(key, account, ciphertext);
    if (plain && told_->forgetful) plain->data()[0] ^= 1;
    return plain;
  }
  Expected<Ciphertext, KeyFault> re_encrypt(const KeyArn& from, const KeyArn& to, const AccountId& account,
                                            const Ciphertext& ciphertext) override {
    if (auto fault = look()) return Unexpected{*fault};
    return local_.re_encrypt(from, to, account, ciphertext);
  }
  Expected<KeyDescription, KeyFault> describe(const KeyArn& key) override {
    if (auto fault = look()) return Unexpected{*fault};
    return local_.describe(key);
  }

 private:
  std::optional<KeyFault> look() {
    told_->asked += 1;
    if (told_->down) return KeyFault{"unreachable", "down", true};
    if (told_->refusing) return KeyFault{"AccessDeniedException", "refused", false};
    return std::nullopt;
  }
  LocalKeyService local_;
  std::shared_ptr<Told> told_;
};

struct Fixture {
  test::TemporaryDirectory directory;
  std::shared_ptr<Told> told = std::make_shared<Told>();

  [[nodiscard]] std::unique_ptr<Keyring> fresh() const {  // as after a restart
    return std::make_unique<Keyring>(std::make_unique<FaultyService>(directory.path() / "keys", told));
  }
};

WrapErrand errand(const KeyArn& key_arn, const std::optional<CustomerKey>& present = std::nullopt) {
  return {.account = acme, .key_arn = key_arn, .vendor_aws_account = "999999999999", .present = present};
}

CustomerKey enrolled(Keyring& keyring, const KeyArn& key_arn,
                     const std::optional<CustomerKey>& present = std::nullopt) {
  const Provided provided = keyring.run(errand(key_arn, present));
  REQUIRE(provided.wrapped_key.has_value());
  const CustomerKey key{.key_arn = key_arn, .wrapped_key = provided.wrapped_key->wrapped_key, .revoked = false};
  keyring.sealer({})->key_changed(acme, key);
  return key;
}

const FreeText plain{std::string("a remark")};
constexpr auto patient = errand_wait;

}  // namespace

TEST_CASE("EKM-5: after an enrolment the data key is at hand, and seals with it without asking again") {
  const Fixture fixture;
  const auto keyring = fixture.fresh();
  const CustomerKey key = enrolled(*keyring, one);
  const int asked = fixture.told->asked;
  const auto sealer = keyring->sealer({});
  CHECK(sealer->at_hand(acme, key));
  const auto sealed = sealer->seal(acme, 3, key, plain);
  REQUIRE(sealed);
  CHECK(sealed->value[1] == FreeText::keyed_form);
  CHECK(*sealer->open(acme, 3, key, *sealed) == plain);
  CHECK(fixture.told->asked == asked);
}

TEST_CASE("EKM-5: an enrolment seals its own reason with the key it made, before it is stored and without asking") {
  const Fixture fixture;
  const auto keyring = fixture.fresh();
  const Provided provided = keyring->run(errand(one));
  REQUIRE(provided.wrapped_key.has_value());
  const CustomerKey key{.key_arn = one, .wrapped_key = provided.wrapped_key->wrapped_key, .revoked = false};
  const int asked = fixture.told->asked;
  CHECK(keyring->sealer({})->seal(acme, 3, key, plain)->value[1] == FreeText::keyed_form);
  CHECK(fixture.told->asked == asked);
}

TEST_CASE("EKM-5: without the data key text is sealed to the public key, and opens once the key service gives it") {
  const Fixture fixture;
  const auto first = fixture.fresh();
  const CustomerKey key = enrolled(*first, one);
  const auto before = *first->sealer({})->seal(acme, 3, key, plain);

  fixture.told->down = true;
  const auto keyring = fixture.fresh();
  const auto sealed = keyring->sealer({})->seal(acme, 4, key, plain);
  REQUIRE(sealed);
  CHECK(sealed->value[1] == FreeText::boxed_form);
  CHECK_FALSE(keyring->sealer(patient)->open(acme, 4, key, *sealed).has_value());
  CHECK_FALSE(keyring->sealer(patient)->open(acme, 3, key, before).has_value());

  fixture.told->down = false;
  const auto again = fixture.fresh();  // one that is not on its pause after a failure
  CHECK(*again->sealer(patient)->open(acme, 4, key, *sealed) == plain);
  CHECK(*again->sealer(patient)->open(acme, 3, key, before) == plain);
  CHECK(again->sealer({})->seal(acme, 5, key, plain)->value[1] == FreeText::keyed_form);
}

TEST_CASE("EKM-5: a rotation wraps the same data key anew: old text opens, and only the ciphertext differs") {
  const Fixture fixture;
  const auto keyring = fixture.fresh();
  const CustomerKey key = enrolled(*keyring, one);
  const auto sealed = *keyring->sealer({})->seal(acme, 3, key, plain);
  const CustomerKey rotated = enrolled(*keyring, two, key);
  CHECK(parse_wrapping(rotated.wrapped_key)->public_key == parse_wrapping(key.wrapped_key)->public_key);
  CHECK(parse_wrapping(rotated.wrapped_key)->ciphertext != parse_wrapping(key.wrapped_key)->ciphertext);
  CHECK(*keyring->sealer({})->open(acme, 3, rotated, sealed) == plain);
  CHECK(*fixture.fresh()->sealer(patient)->open(acme, 3, rotated, sealed) == plain);
}

TEST_CASE("EKM-5: a revocation empties the keyring at once and for good; text written later is sealed for nobody") {
  const Fixture fixture;
  const auto keyring = fixture.fresh();
  CustomerKey key = enrolled(*keyring, one);
  const auto sealed = *keyring->sealer({})->seal(acme, 3, key, plain);
  const CustomerKey active = key;
  key.revoked = true;
  keyring->sealer({})->key_changed(acme, key);
  CHECK_FALSE(keyring->sealer(patient)->open(acme, 3, key, sealed).has_value());
  CHECK_FALSE(keyring->sealer(patient)->open(acme, 3, active, sealed).has_value());  // somebody read the book before
  const auto later = keyring->sealer({})->seal(acme, 4, key, plain);
  REQUIRE(later);
  CHECK(later->value[1] == FreeText::boxed_form);
  const int decrypts = fixture.told->decrypts;
  CHECK_FALSE(fixture.fresh()->sealer(patient)->open(acme, 4, key, *later).has_value());
  CHECK(fixture.told->decrypts == decrypts);  // nobody is asked for a revoked key
}

TEST_CASE("EKM-5: many who read at once ask the key service once") {
  const Fixture fixture;
  const CustomerKey key = enrolled(*fixture.fresh(), one);
  const auto keyring = fixture.fresh();
  const auto sealed = *keyring->sealer({})->seal(acme, 3, CustomerKey{one, key.wrapped_key, true}, plain);
  fixture.told->decrypts = 0;
  std::vector<std::thread> readers;
  std::atomic<int> opened{0};
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&] { opened += keyring->sealer(patient)->open(acme, 3, key, sealed).has_value() ? 1 : 0; });
  }
  for (std::thread& reader : readers) reader.join();
  CHECK(opened == 8);
  CHECK(fixture.told->decrypts == 1);
}

TEST_CASE("EKM-1: what fails on the way is told with the service's code, and nothing is provided") {
  const Fixture fixture;
  const auto keyring = fixture.fresh();
  const auto failure = [&](const KeyArn& key_arn, const std::optional<CustomerKey>& present = std::nullopt) {
    const Provided provided = keyring->run(errand(key_arn, present));
    CHECK_FALSE(provided.wrapped_key.has_value());
    REQUIRE(provided.key_failure.has_value());
    return *provided.key_failure;
  };
  fixture.told->down = true;
  CHECK(failure(one).code == "unreachable");
  fixture.told->down = false;
  fixture.told->refusing = true;
  CHECK(failure(one).code == "AccessDeniedException");
  fixture.told->refusing = false;
  fixture.told->forgetful = true;
  CHECK(failure(one).code == "round_trip");
  fixture.told->forgetful = false;
  CHECK(failure(KeyArn("arn:aws:kms:us-east-1:999999999999:key/x")).vendors_key);
  CHECK(failure(two, CustomerKey{one, Bytes{{9, 9}}, false}).code == "no_wrapping");
  const CustomerKey key = enrolled(*keyring, one);
  Wrapping swapped = *parse_wrapping(key.wrapped_key);
  swapped.public_key[0] ^= 1;
  CHECK(failure(two, CustomerKey{one, to_bytes(swapped), false}).code == "another_key");
  CHECK(Keyring(nullptr).run(errand(one)).key_failure->code == "no_key_service");
  CHECK(keyring->check(acme, one, "999999999999", key) == std::nullopt);
  CHECK(keyring->check(acme, two, "999999999999", key) == std::nullopt);
  CHECK(keyring->check(acme, one, "999999999999", CustomerKey{one, to_bytes(swapped), false})->code == "another_key");
}

TEST_CASE("EKM-5: a key service that is not configured seals all the same, and opens nothing") {
  const Fixture fixture;
  const CustomerKey key = enrolled(*fixture.fresh(), one);
  Keyring none(nullptr);
  const auto sealed = none.sealer({})->seal(acme, 3, key, plain);
  REQUIRE(sealed);
  CHECK_FALSE(none.sealer(patient)->open(acme, 3, key, *sealed).has_value());
  CHECK(*fixture.fresh()->sealer(patient)->open(acme, 3, key, *sealed) == plain);
  CHECK_FALSE(none.sealer({})->seal(acme, 3, CustomerKey{one, Bytes{{1, 2}}, false}, plain).has_value());
}

TEST_CASE("EKM-5: an errand that unwraps, and a keyring that stops, end") {
  const Fixture fixture;
  const CustomerKey key = enrolled(*fixture.fresh(), one);
  const auto keyring = fixture.fresh();
  CHECK_FALSE(keyring->run(UnwrapErrand{acme, key}).key_failure.has_value());
  CHECK(keyring->sealer({})->at_hand(acme, key));
  const auto stopped = fixture.fresh();
  stopped->cancel();
  CHECK_FALSE(stopped->sealer(patient)->open(acme, 3, key, plain).has_value());
}
