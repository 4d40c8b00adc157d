// SPDX-License-Identifier: Apache-2.0
// How the modules' memory grows: by 16 MiB at a time. The C library asks for 64 KiB whenever its heap is full, and for
// each of those a browser protects pages, makes a new buffer and now and then collects garbage: a third of opening a
// large log.
#include <cstddef>
#include <limits>

extern "C" {

// The linker calls the second where the first is called (`--wrap`): whether there are `bytes` of memory now.
int __real_emscripten_resize_heap(std::size_t bytes);
int __wrap_emscripten_resize_heap(std::size_t bytes) {
  constexpr std::size_t ahead = std::size_t{16} << 20;
  const bool has_room = bytes <= std::numeric_limits<std::size_t>::max() - ahead;
  return (has_room && __real_emscripten_resize_heap(bytes + ahead) != 0) ? 1 : __real_emscripten_resize_heap(bytes);
}

}  // extern "C"
