// SPDX-License-Identifier: Apache-2.0
// Two functions of the C library that would bring formats of floating point and a table of error texts into the
// modules, 5 kB compressed. Boost.System alone asks for them, for messages of operating systems' errors; the modules
// have none.
#include <cstdarg>
#include <cstddef>

extern "C" {

int vsnprintf(char* out, std::size_t size, const char* /*format*/, std::va_list /*values*/) {
  if (size != 0) *out = '\0';
  return 0;
}

char* strerror(int /*number*/) {
  static char text[] = "an error of the system";
  return text;
}

}  // extern "C"
