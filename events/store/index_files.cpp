// SPDX-License-Identifier: Apache-2.0
#include "events/store/index_files.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <system_error>

#include "events/archive.hpp"
#include "events/log.hpp"
#include "events/store/checked_file.hpp"
#include "events/store/files.hpp"

namespace creditfold {
namespace {

// Stored values: another layout is another number.
constexpr std::uint8_t manifest_form = 1;
constexpr std::uint8_t heads_form = 1;

// What `take` makes of the bytes of a file; nothing when there is none or it is not whole.
template <class Take>
auto taken_from(const std::filesystem::path& file, Take&& take)
    -> std::optional<decltype(take(std::declval<SpanInputArchive&>()))> {
  const std::optional<std::vector<std::uint8_t>> bytes = read_checked(file);
  if (!bytes) return std::nullopt;
  try {
    SpanInputArchive in(*bytes);
    auto taken = take(in);
    in.require_end();
    return taken;
  } catch (const DecodeFailure&) {
    return std::nullopt;
  }
}

std::string named(const char* kind, std::int64_t number) { return std::string(kind) + "-" + std::to_string(number); }

IndexManifest take_manifest(SpanInputArchive& in) {
  in.require(in.take_byte() == manifest_form, 0, "another form");
  IndexManifest manifest;
  in(manifest.through.segment, manifest.through.check, manifest.heads, manifest.next);
  for (std::size_t left = in.take_count(); left > 0; --left) in(manifest.runs.emplace_back());
  return manifest;
}

std::vector<AccountHead> take_heads(SpanInputArchive& in) {
  in.require(in.take_byte() == heads_form, 0, "another form");
  const std::size_t count = in.take_count();
  std::vector<AccountHead> heads;
  heads.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    AccountHead& head = heads.emplace_back();
    head.version = static_cast<std::int64_t>(in.take_varint());
    head.segment = static_cast<std::int64_t>(in.take_varint());
  }
  return heads;
}

}  // namespace

std::filesystem::path IndexFiles::run(std::int64_t number) const { return directory_ / named("run", number); }
std::filesystem::path IndexFiles::heads(std::int64_t number) const { return directory_ / named("heads", number); }
std::filesystem::path IndexFiles::manifest() const { return directory_ / "manifest"; }

void IndexFiles::prepare() const { make_private_directory(directory_); }

// Whoever writes may put other files in the place of those a manifest names while they are read: then the new one's
// are.
std::optional<StoredIndex> IndexFiles::read() const try {
  std::optional<IndexManifest> manifest = taken_from(this->manifest(), take_manifest);
  while (manifest) {
    if (std::optional<StoredIndex> stored = read_named(*manifest)) return stored;
    std::optional<IndexManifest> newer = taken_from(this->manifest(), take_manifest);
    if (newer && newer->next <= manifest->next) return std::nullopt;  // it is made again
    manifest = std::move(newer);
  }
  return std::nullopt;
} catch (const Fault&) {
  return std::nullopt;
}

std::optional<StoredIndex> IndexFiles::read_named(const IndexManifest& manifest) const try {
  std::optional<std::vector<AccountHead>> accounts = taken_from(heads(manifest.heads), take_heads);
  if (!accounts) return std::nullopt;
  StoredIndex stored{manifest, {}, *std::move(accounts)};
  std::int64_t before = 0;
  for (const std::int64_t number : stored.manifest.runs) {
    const auto& run = stored.runs.emplace_back(std::make_shared<const KeyRun>(this->run(number)));
    if (run->first_segment() != before + 1) return std::nullopt;
    run->verify();
    before = run->last_segment();
  }
  return before == stored.manifest.through.segment ? std::move(stored) : std::optional<StoredIndex>();
} catch (const Fault&) {
  return std::nullopt;
}

void IndexFiles::keep_only(const IndexManifest& manifest) const {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    const std::string name = entry.path().filename().string();
    const bool run = std::any_of(manifest.runs.begin(), manifest.runs.end(),
                                 [&](std::int64_t number) { return name == named("run", number); });
    const bool kept =
        run || (manifest.through.segment > 0 && (name == named("heads", manifest.heads) || name == "manifest"));
    const bool ours = name.starts_with("run-") || name.starts_with("heads-") || name.starts_with("manifest");
    if (ours && !kept) std::filesystem::remove(entry.path(), error); 
  }
}

void IndexFiles::remove_unnamed(const IndexManifest& before, const IndexManifest& now) const {
  std::error_code error;
  for (const std::int64_t number : before.runs) {
    if (std::find(now.runs.begin(), now.runs.end(), number) == now.runs.end())
      std::filesystem::remove(run(number), error);
  }
  if (before.through.segment > 0 && before.heads != now.heads) std::filesystem::remove(heads(before.heads), error);
}

void IndexFiles::write_heads(std::int64_t number, std::span<const AccountHead> heads) const {
  std::vector<std::uint8_t> bytes;
  append_with(bytes, [&](SpanOutputArchive& out) {
    out.put_byte(heads_form);
    out.put_varint(heads.size());
    for (const AccountHead& head : heads) {
      out.put_varint(static_cast<std::uint64_t>(head.version));
      out.put_varint(static_cast<std::uint64_t>(head.segment));
    }
  });
  write_checked(this->heads(number), std::move(bytes));
}

void IndexFiles::write(const IndexManifest& manifest) const {
  std::vector<std::uint8_t> bytes;
  append_with(bytes, [&](SpanOutputArchive& out) {
    out.put_byte(manifest_form);
    out(manifest.through.segment, manifest.through.check, manifest.heads, manifest.next);
    out.put_varint(manifest.runs.size());
    for (const std::int64_t run : manifest.runs) out(run);
  });
  write_checked(this->manifest(), std::move(bytes));
}

}  // namespace creditfold
