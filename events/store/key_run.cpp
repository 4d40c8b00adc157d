// SPDX-License-Identifier: Apache-2.0
// Keys lie in buckets by the first bits of their prefix, some 64 in each, as gaps between prefixes (Golomb 1966, Rice
// 1979: the quotient in unary, the rest in bits) with a segment number behind each. A directory has where each bucket
// begins.
#include "events/store/key_run.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>

#include "events/checksum.hpp"  // XXH_INLINE_ALL
#include "events/log.hpp"
#include "events/store/files.hpp"

namespace creditfold {
namespace {

static_assert(std::endian::native == std::endian::little, "runs are read where they lie");

constexpr std::uint64_t key_run_magic = 0x31'53'59'45'4B'46'43'00;  // stored: a zero, "CFKEYS1"
constexpr std::uint64_t keys_per_bucket = 64;
constexpr std::size_t buffer_bytes = 1U << 20;
constexpr int window_bits = 57;  // of eight bytes that begin anywhere in a byte

// What stands at the end of a file.
struct Footer {
  std::uint64_t magic = 0;
  std::uint64_t keys = 0;
  std::uint64_t first_segment = 0;
  std::uint64_t last_segment = 0;
  std::uint64_t stream_bytes = 0;
  std::uint64_t check = 0;  // XXH3-64 of everything before it
};

// Follows from how many keys there are over which segments, so that none of it has to be believed.
struct Shape {
  int bucket_bits = 0;
  int gap_bits = 0;
  int segment_bits = 0;
};

int bits_of(std::uint64_t value) { return static_cast<int>(std::bit_width(value)); }

Shape shape_of(std::int64_t keys, std::int64_t first_segment, std::int64_t last_segment) {
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(keys, 1));
  Shape shape;
  shape.bucket_bits = bits_of(count / keys_per_bucket);
  // The rest of a gap is best kept in log2 of the mean gap bits, or one less.
  shape.gap_bits = std::max(0, bits_of((std::uint64_t{1} << key_prefix_bits) / count * 7 / 10) - 1);
  shape.segment_bits = bits_of(static_cast<std::uint64_t>(last_segment - first_segment));
  return shape;
}

std::uint64_t low_bits(std::uint64_t value, int bits) { return value & ((std::uint64_t{1} << bits) - 1); }

}  // namespace

struct KeyRunWriter::State {
  std::filesystem::path file;
  int descriptor = -1;
  Footer footer;
  Shape shape;
  std::vector<std::uint8_t> buffer;
  std::uint64_t word = 0;  // bits that are no whole byte yet
  int word_bits = 0;
  std::uint64_t bit = 0;
  std::vector<std::uint32_t> directory;
  std::uint64_t last = 0;  // the prefix before, or the bucket's beginning
  std::int64_t left = 0;
  XXH3_state_t check;
  bool finished = false;

  void put(std::uint64_t value, int bits) {  // at most 56
    word |= value << word_bits;
    word_bits += bits;
    bit += static_cast<std::uint64_t>(bits);
    while (word_bits >= 8) {
      buffer.push_back(static_cast<std::uint8_t>(word));
      word >>= 8;
      word_bits -= 8;
    }
  }
  void put_wide(std::uint64_t value, int bits) {
    constexpr int half = 28;
    for (; bits > half; bits -= half, value >>= half) put(low_bits(value, half), half);
    put(value, bits);
  }
  void write(std::span<const std::uint8_t> bytes) {
    XXH3_64bits_update(&check, bytes.data(), bytes.size());
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno(file);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  void flush() {
    write(buffer);
    footer.stream_bytes += buffer.size();
    buffer.clear();
  }
};

KeyRunWriter::KeyRunWriter(const std::filesystem::path& file, std::int64_t keys, std::int64_t first_segment,
                           std::int64_t last_segment)
    : state_(std::make_unique<State>()) {
  if (keys > keys_per_run_max) throw std::logic_error("more keys than a run takes");
  State& state = *state_;
  state.file = file;
  state.descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (state.descriptor < 0) throw_errno(file);
  state.footer = {key_run_magic, static_cast<std::uint64_t>(keys), static_cast<std::uint64_t>(first_segment),
                  static_cast<std::uint64_t>(last_segment), 0, 0};
  state.shape = shape_of(keys, first_segment, last_segment);
  state.directory.reserve((std::size_t{1} << state.shape.bucket_bits) + 1);
  state.directory.push_back(0);
  state.buffer.reserve(buffer_bytes + 64);
  state.left = keys;
  XXH3_64bits_reset(&state.check);
}

KeyRunWriter::~KeyRunWriter() {
  if (state_->descriptor < 0) return;
  ::close(state_->descriptor);
  if (!state_->finished) ::unlink(state_->file.c_str());  // a full disk needs its room
}

void KeyRunWriter::add(const KeyPlace& place) {
  State& state = *state_;
  const std::uint64_t bucket = place.prefix >> (key_prefix_bits - state.shape.bucket_bits);
  while (state.directory.size() <= bucket) {
    state.last = state.directory.size() << (key_prefix_bits - state.shape.bucket_bits);
    state.directory.push_back(static_cast<std::uint32_t>(state.bit));
  }
  if (place.prefix < state.last || --state.left < 0) throw std::logic_error("a key out of its order in a run");
  const std::uint64_t gap = place.prefix - state.last;
  state.last = place.prefix;
  std::uint64_t quotient = gap >> state.shape.gap_bits;
  for (; quotient >= 32; quotient -= 32) state.put(0, 32);
  const int unary = static_cast<int>(quotient);
  state.put(std::uint64_t{1} << unary, unary + 1);
  state.put_wide(low_bits(gap, state.shape.gap_bits), state.shape.gap_bits);
  state.put_wide(static_cast<std::uint64_t>(place.segment) - state.footer.first_segment, state.shape.segment_bits);
  if (state.buffer.size() >= buffer_bytes) state.flush();
}

void KeyRunWriter::finish() {
  State& state = *state_;
  if (state.left != 0) throw std::logic_error("fewer keys in a run than were told");
  const std::size_t buckets = std::size_t{1} << state.shape.bucket_bits;
  while (state.directory.size() <= buckets) state.directory.push_back(static_cast<std::uint32_t>(state.bit));
  state.put(0, 7);  // the last bits to a whole byte
  state.flush();
  state.write(
      {reinterpret_cast<const std::uint8_t*>(state.directory.data()), state.directory.size() * sizeof(std::uint32_t)});
  Footer& footer = state.footer;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&footer);
  state.write({bytes, offsetof(Footer, check)});
  footer.check = XXH3_64bits_digest(&state.check);
  state.write({bytes + offsetof(Footer, check), sizeof(footer.check)});
  if (::fdatasync(state.descriptor) != 0) throw_errno(state.file);
  state.finished = true;
}

KeyRun::KeyRun(std::filesystem::path file) : file_(std::move(file)) {
  const int descriptor = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_errno(file_);
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  bytes_ = known ? static_cast<std::size_t>(status.st_size) : 0;
  void* mapped = bytes_ >= sizeof(Footer) ? ::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, descriptor, 0) : MAP_FAILED;
  ::close(descriptor);
  if (mapped == MAP_FAILED) throw Fault(Fault::Kind::damaged, file_.string() + " is no run of keys: it is cut short");
  data_ = static_cast<const std::uint8_t*>(mapped);
  Footer footer;
  std::memcpy(&footer, data_ + bytes_ - sizeof(Footer), sizeof(Footer));
  const bool possible = footer.magic == key_run_magic && footer.keys <= static_cast<std::uint64_t>(keys_per_run_max) &&
                        footer.first_segment <= footer.last_segment && footer.last_segment < std::uint64_t{1} << 62;
  keys_ = static_cast<std::int64_t>(footer.keys);
  first_segment_ = static_cast<std::int64_t>(footer.first_segment);
  last_segment_ = static_cast<std::int64_t>(footer.last_segment);
  const Shape shape = possible ? shape_of(keys_, first_segment_, last_segment_) : Shape{};
  bucket_bits_ = shape.bucket_bits;
  gap_bits_ = shape.gap_bits;
  segment_bits_ = shape.segment_bits;
  const std::size_t directory_bytes = ((std::size_t{1} << bucket_bits_) + 1) * sizeof(std::uint32_t);
  if (!possible || bytes_ - sizeof(Footer) != footer.stream_bytes + directory_bytes) {
    ::munmap(mapped, bytes_);
    throw Fault(Fault::Kind::damaged, file_.string() + " is no run of keys: its end is another's");
  }
  directory_ = static_cast<std::size_t>(footer.stream_bytes);
}

KeyRun::~KeyRun() { ::munmap(const_cast<std::uint8_t*>(data_), bytes_); }

// Through read() and not the mapping: a sector that cannot be read is a fault then and no signal.
void KeyRun::verify() const {
  const Descriptor file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0) throw_errno(file_);
  std::vector<std::uint8_t> buffer(buffer_bytes);
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  std::uint64_t check = 0;
  const std::size_t before = bytes_ - sizeof(check);
  for (std::size_t done = 0; done < before;) {
    const ssize_t got =
        ::pread(file.number, buffer.data(), std::min(buffer.size(), before - done), static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(file_);
    if (got == 0) throw Fault(Fault::Kind::damaged, file_.string() + " is cut short");
    XXH3_64bits_update(&state, buffer.data(), static_cast<std::size_t>(got));
    done += static_cast<std::size_t>(got);
  }
  std::memcpy(&check, data_ + before, sizeof(check));
  if (XXH3_64bits_digest(&state) != check) throw Fault(Fault::Kind::damaged, file_.string() + ": its check is wrong");
}

std::uint64_t KeyRun::offset_of(std::uint64_t bucket) const {
  std::uint32_t offset = 0;
  std::memcpy(&offset, data_ + directory_ + bucket * sizeof(offset), sizeof(offset));
  return offset;
}

// Behind the stream are a directory and a footer, so that eight bytes can be read at its end as well.
std::uint64_t KeyRun::bits_at(std::uint64_t bit) const {
  std::uint64_t word = 0;
  std::memcpy(&word, data_ + (bit >> 3), sizeof(word));
  return word >> (bit & 7);
}

KeyPlace KeyRun::next(std::uint64_t& bit, std::uint64_t prefix) const {
  std::uint64_t quotient = 0;
  std::uint64_t window = bits_at(bit);
  while (low_bits(window, window_bits) == 0) {
    quotient += window_bits;
    bit += window_bits;
    window = bits_at(bit);
  }
  const int unary = std::countr_zero(window);
  bit += static_cast<std::uint64_t>(unary) + 1;
  quotient += static_cast<std::uint64_t>(unary);
  const std::uint64_t rest = low_bits(bits_at(bit), gap_bits_);
  bit += static_cast<std::uint64_t>(gap_bits_);
  const std::uint64_t segment = low_bits(bits_at(bit), segment_bits_);
  bit += static_cast<std::uint64_t>(segment_bits_);
  return {prefix + (quotient << gap_bits_ | rest), first_segment_ + static_cast<std::int64_t>(segment)};
}

void KeyRun::find(std::uint64_t prefix, std::vector<std::int64_t>& segments) const {
  const std::uint64_t bucket = prefix >> (key_prefix_bits - bucket_bits_);
  std::uint64_t bit = offset_of(bucket);
  const std::uint64_t end = offset_of(bucket + 1);
  KeyPlace place{bucket << (key_prefix_bits - bucket_bits_), 0};
  while (bit < end) {
    place = next(bit, place.prefix);
    if (place.prefix > prefix) return;
    if (place.prefix == prefix) segments.push_back(place.segment);
  }
}

KeyRun::Cursor& KeyRun::Cursor::operator++() {
  if (--left_ < 0) return *this;
  while (bit_ >= run_.offset_of(bucket_ + 1)) place_.prefix = ++bucket_ << (key_prefix_bits - run_.bucket_bits_);
  place_ = run_.next(bit_, place_.prefix);
  return *this;
}

}  // namespace creditfold
