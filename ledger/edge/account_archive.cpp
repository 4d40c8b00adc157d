// SPDX-License-Identifier: Apache-2.0
#include "ledger/edge/account_archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/edge/archive_members.hpp"
#include "ledger/edge/sha256.hpp"
#include "ledger/json_writer.hpp"
#include "ledger/replay.hpp"

namespace creditfold::edge {
namespace {

constexpr std::string_view folder = "creditfold-export/";
constexpr int file_mode = 0644;

struct Summed {
  std::int64_t bytes = 0;
  std::string sha256;
};

Summed sum_of(const Member& member) {
  Sha256 sum;
  member.write([&](std::string_view piece) { sum.add(piece); });
  return {sum.bytes(), sum.hex()};
}

// libarchive behind a sink. What the sink throws is kept while C code is on the stack, and thrown again above it.
class TarWriter {
 public:
  TarWriter(const TextSink& sink, std::int64_t modified_seconds)
      : sink_(sink), modified_seconds_(modified_seconds), archive_(archive_write_new()) {
    check(archive_write_set_format_ustar(archive_.get()));
    check(archive_write_open(archive_.get(), this, nullptr, &TarWriter::take, nullptr));
  }
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  void add(const Member& member, const Summed& summed) {
    const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(entry.get(), (std::string(folder) + member.name).c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), file_mode);
    archive_entry_set_size(entry.get(), summed.bytes);
    archive_entry_set_mtime(entry.get(), modified_seconds_, 0);
    check(archive_write_header(archive_.get(), entry.get()));
    std::int64_t written = 0;
    member.write([&](std::string_view piece) {
      written += static_cast<std::int64_t>(piece.size());
      if (archive_write_data(archive_.get(), piece.data(), piece.size()) < 0) check(ARCHIVE_FATAL);
    });
    if (written != summed.bytes)
      throw Fault(Fault::Kind::unavailable,
                  member.name + " came out differently the second time; was a key changed? Ask again");
  }

  void finish() { check(archive_write_close(archive_.get())); }

 private:
  static la_ssize_t take(archive* /*writer*/, void* self, const void* bytes, size_t size) {
    auto* const writer = static_cast<TarWriter*>(self);
    try {
      writer->sink_({static_cast<const char*>(bytes), size});
      return static_cast<la_ssize_t>(size);
    } catch (...) {
      writer->thrown_ = std::current_exception();
      return -1;
    }
  }

  void check(int status) {
    if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
    if (status == ARCHIVE_OK) return;
    const char* const why = archive_error_string(archive_.get());
    throw Fault(Fault::Kind::unavailable,
                std::string("the archive cannot be written: ") + (why ? why : "out of memory"));
  }

  struct Free {
    void operator()(archive* writer) const { archive_write_free(writer); }
  };
  const TextSink& sink_;
  std::int64_t modified_seconds_;
  std::exception_ptr thrown_;
  std::unique_ptr<archive, Free> archive_;
};

std::string manifest_json(const ExportedAccount& exported, const std::vector<Member>& members,
                          const std::vector<Summed>& sums) {
  JsonWriter out;
  out.open('{')
      .field("account", exported.account)
      .field("at", exported.state.latest_at)
      .field("version", exported.state.version)
      .field("seq", exported.to)
      .field("fingerprint", fingerprint(exported.state))
      .field("ai_generated", true);
  out.key("files").open('[');
  for (std::size_t i = 0; i < members.size(); ++i) {
    out.open('{')
        .field("name", std::string_view(members[i].name))
        .field("bytes", sums[i].bytes)
        .field("sha256", std::string_view(sums[i].sha256))
        .field("about", std::string_view(members[i].about))
        .close('}');
  }
  out.close(']').close('}');
  return out.take() + "\n";
}

std::string sums_text(const std::vector<Member>& members, const std::vector<Summed>& sums) {
  std::string text;
  for (std::size_t i = 0; i < members.size(); ++i) text += sums[i].sha256 + "  " + members[i].name + "\n";
  return text;
}

std::string readme_text(const ExportedAccount& exported, const std::vector<Member>& members) {
  std::string text = "Everything Creditfold's ledger holds about account " + exported.account.value +
                     ",\nas of its event " + std::to_string(exported.state.version) + ", " +
                     to_text(exported.state.latest_at) + ".\n\n";
  for (const Member& member : members) text += member.name + "\n    " + member.about + "\n";
  text +=
      "\nCheck that nothing was changed, with common tools and with Creditfold:\n"
      "    sha256sum -c SHA256SUMS\n"
      "    creditfold verify log.cflog\n\n"
      "The ledger keeps volumes and never content: prompts and outputs were not here to be exported.\n"
      "It knows people, teams, workflows and models by ids alone. Their names are in the directory and stay in the\n"
      "United States (RES-2): GET /v1/directory/names/ and the account's id gives them.\n"
      "What was charged for was generated by AI. Amounts are decimal strings of credits, moments UTC.\n";
  return text;
}

// The state at the head, and when its newest event was written down.
std::optional<ExportedAccount> exported_account(const Partition& log, const AccountId& account, const Catalog& catalog,
                                                std::string_view catalog_json, Instant& written_at) {
  ExportedAccount exported{.log = log,
                           .catalog = catalog,
                           .catalog_json = catalog_json,
                           .account = account,
                           .to = log.head(),
                           .state = {},
                           .open = {}};
  Book book;
  log.read_account(account, 0, exported.to, [&](Event&& event) {
    if (const auto folded = book.apply(event); !folded) throw Fault(Fault::Kind::damaged, to_text(folded.error()));
    written_at = event.recorded_at;
    return true;
  });
  const AccountState* state = book.find(account);
  if (state == nullptr) return std::nullopt;
  exported.state = *state;
  return exported;
}

}  // namespace

bool write_account_archive(const Partition& log, const AccountId& account, const Catalog& catalog,
                           std::string_view catalog_json, const TextSink& sink, const TextOpening& open) {
  constexpr std::int64_t micros_per_second = 1'000'000;
  Instant written_at;
  auto exported = exported_account(log, account, catalog, catalog_json, written_at);
  if (!exported) return false;
  exported->open = open;
  std::vector<Member> members = members_of(*exported);
  std::vector<Summed> sums;
  for (const Member& member : members) sums.push_back(sum_of(member));
  std::vector<Member> first;
  first.push_back(text_member("README.txt", "", readme_text(*exported, members)));
  first.push_back(text_member("manifest.json", "", manifest_json(*exported, members, sums)));
  first.push_back(text_member("SHA256SUMS", "", sums_text(members, sums)));

  TarWriter tar(sink, written_at.micros / micros_per_second);
  for (const Member& member : first) tar.add(member, sum_of(member));
  for (std::size_t i = 0; i < members.size(); ++i) tar.add(members[i], sums[i]);
  tar.finish();
  return true;
}

}  // namespace creditfold::edge
