// SPDX-License-Identifier: Apache-2.0
// A log to read, whatever holds it: a data directory, a .cflog document or JSON Lines of events. Files are told apart
// by what is in them, and every error names the place: the byte, the line or the position.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "events/cflog.hpp"
#include "events/event.hpp"
#include "events/log.hpp"
#include "events/store/partitions.hpp"

namespace creditfold::cli {

struct Place {
  enum class Unit { position, byte, line };
  Unit unit = Unit::position;
  std::int64_t number = 0;
};
[[nodiscard]] std::string to_text(const Place& place);  // "byte 120"

// Something a log holds. Only documents with batches have marks; JSON Lines hold events and what explains their gaps.
struct LogItem {
  std::variant<Event, BatchMark, Departed> fact;
  RegionId region;  // whose log it is from
  Place place;
  std::span<const std::uint8_t> bytes;  // of an event as it lies in a .cflog; empty elsewhere
  std::int64_t done = 0;                // of total(), once the item is taken
};

// The bytes or lines of a log are not what was written. What `verify` tells of a Fault it tells of the place too.
class DamagedLog : public Fault {
 public:
  DamagedLog(const std::string& log, Place place, const std::string& what)
      : Fault(Kind::damaged, log + ", " + to_text(place) + ": " + what), place_(place), why_(what) {}
  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  Place place_;
  std::string why_;
};

class LogSource {
 public:
  enum class Form { directory, cflog, json_lines };
  using Visit = std::function<bool(LogItem&&)>;

  // Throws Fault when it cannot be read at all.
  explicit LogSource(const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Form form() const { return form_; }
  [[nodiscard]] std::string_view form_name() const;
  [[nodiscard]] std::int64_t total() const;  // how much there is to read, in a unit of its own

  // Calls `visit` for everything in order until it returns false. May be called again. Throws DamagedLog or Fault, and
  // UsageError for a document that begins in the middle of a log: nothing can be folded from there.
  void read(const Visit& visit) const;
  // Only the events.
  void read_events(const std::function<bool(Event&&, const RegionId&, std::int64_t done)>& visit) const;

  // Of a directory, with what is needed to hold its regions against each other; nullptr for files.
  [[nodiscard]] const SqlitePartitions* partitions() const { return partitions_.get(); }
  // Of the regions read: those of a directory, or the one of a document.
  [[nodiscard]] std::vector<RegionId> regions() const;
  // Reads one region of a directory only. Throws UsageError when it has none of that name.
  void restrict_to(const RegionId& region);
  // Another number whenever an account has moved from one of its regions to another.
  [[nodiscard]] std::int64_t moves() const { return partitions_ ? partitions_->moves() : 0; }

  // What a store can check beside its events. Nothing for files.
  void check_structure() const;

 private:
  void read_directory(const Visit& visit, bool with_marks) const;
  [[nodiscard]] bool read_region(const RegionId& region, std::int64_t done, const Visit& visit, bool with_marks) const;
  void read_cflog(const Visit& visit) const;
  void read_json_lines(const Visit& visit) const;
  void read_as_formed(const Visit& visit, bool with_marks) const;

  std::string name_;
  Form form_ = Form::directory;
  std::unique_ptr<SqlitePartitions> partitions_;
  std::vector<RegionId> regions_;  // of a directory, to be read
  std::string content_;  // of a file
};

}  // namespace creditfold::cli
