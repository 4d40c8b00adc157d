// SPDX-License-Identifier: Apache-2.0
#include "ledger/regions/migrate.hpp"

#include <algorithm>
#include <array>

#include "ledger/regions/stream_copy.hpp"

namespace creditfold {
namespace {

constexpr auto always = [] { return true; };

// A reader in another process holds the files back for as long as a page takes it; each attempt waits for a moment.
constexpr int erase_attempts_max = 20;

bool would_move(const Answer& answer) {
  return !answer.refused && !answer.replayed &&
         std::any_of(answer.accepted.begin(), answer.accepted.end(),
                     [](const Event& event) { return std::holds_alternative<RegionMigrated>(event.payload); });
}

class Run {
 public:
  Run(const MigrationRun& run, const ParsedCommand& command, std::string_view text)
      : run_(run),
        account_(command.command.account),
        to_(std::get<MigrateRegion>(command.command.body).region),
        from_(run.routes.find(account_).value_or(to_)),
        text_(text) {}

  Answer answer() {
    Answer answer;
    run_.writers.in_turn(from_, [&](Turn& turn) {
      answer = turn.engine.weigh(text_, run_.clock());
      if (!would_move(answer)) answer = stored(turn);
    });
    if (!would_move(answer)) return answer;
    run_.writers.open(to_);
    source_ = run_.partitions.find(from_);
    target_ = run_.partitions.find(to_);
    try {
      answer = moved();
    } catch (...) {
      give_up();
      throw;
    }
    if (answer.refused) give_up();
    run_.told(MigrationStep::done);
    return answer;
  }

 private:
  // Refused, replayed, or accepted without a move: a command like any other.
  Answer stored(Turn& turn) {
    const std::string_view texts[] = {text_};
    return std::move(turn.engine.process(texts, run_.clock()).front());
  }

  Answer moved() {
    StreamCopy copy(*source_, *target_, account_);
    run_.told(MigrationStep::copy);
    for (int round = 0; round < catch_up_rounds_max; ++round) {
      const std::int64_t copied = copy.catch_up(run_.go_on);
      if (!run_.go_on()) throw Fault(Fault::Kind::unavailable, "the program is stopping; the migration was given up");
      if (copied <= tail_events_max) break;
    }
    Answer answer;
    run_.writers.in_turn(from_, [&](Turn& source) { answer = switched(source, copy); });
    if (answer.refused) return answer;
    erase();
    return answer;
  }

  // In the source's turn: nothing of the account can happen meanwhile.
  Answer switched(Turn& source, StreamCopy& copy) {
    static_cast<void>(copy.catch_up(always));
    const AccountState* state = source.engine.book().find(account_);
    const bool same = state != nullptr && fingerprint(*state) == fingerprint(copy.state());
    if (!same) throw Fault(Fault::Kind::damaged, "the copy of account " + account_.value + " folds to another state");
    const Copied copied = copy.copied();
    run_.told(MigrationStep::switch_over);
    Answer answer;
    Instant now;
    run_.writers.in_turn(to_, [&](Turn& target) {
      now = run_.clock();
      answer = target.engine.admit(target.log, from_, *state, text_, now, {.copied = copied});
      target.changed.insert(account_);
    });
    if (answer.refused) return answer;
    run_.told(MigrationStep::bury);
    run_.routes.move(account_, to_);
    source.lock_book();
    source.engine.release(account_);
    source.changed.insert(account_);
    tombstone_ = {account_, to_, copied, now, false};
    bury(source.log);
    return answer;
  }

  // From here on the account lives in the target, whatever happens.
  void bury(Partition& log) {
    try {
      log.bury(tombstone_);
      buried_ = true;
    } catch (const Fault& fault) {
      run_.left_over(fault.what());
    }
  }

  void erase() {
    run_.told(MigrationStep::erase);
    try {
      if (!buried_) return;
      for (int attempt = 0; attempt < erase_attempts_max && run_.go_on(); ++attempt) {
        if (source_->erase_buried(run_.go_on)) return;
      }
      run_.left_over("what left " + from_.value + " is not erased yet: somebody is reading its files");
    } catch (const Fault& fault) {
      run_.left_over(fault.what());
    }
  }

  void give_up() {
    try {
      target_->drop_staged();
    } catch (const std::exception& error) {
      run_.left_over(error.what());
    }
  }

  const MigrationRun& run_;
  AccountId account_;
  RegionId to_;
  RegionId from_;
  std::string_view text_;
  Partition* source_ = nullptr;
  Partition* target_ = nullptr;
  Tombstone tombstone_;
  bool buried_ = false;
};

}  // namespace

std::string_view to_name(MigrationStep step) {
  constexpr std::array<std::string_view, 5> names{"copy", "switch_over", "bury", "erase", "done"};
  return names.at(static_cast<std::size_t>(step));
}

Answer migrate(const MigrationRun& run, const ParsedCommand& command, std::string_view text) {
  return Run(run, command, text).answer();
}

}  // namespace creditfold
