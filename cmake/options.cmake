# SPDX-License-Identifier: Apache-2.0
# Compile options every target of the project takes, as one interface target.
add_library(creditfold_options INTERFACE)
target_include_directories(creditfold_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(creditfold_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                                                    -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(creditfold_options INTERFACE -Wno-restrict)  # false alarms on string + string (GCC bug 105651)
endif()
if(EMSCRIPTEN)
  # For what has to be fast in a module that is otherwise built small. em++ turns inlining off for all files as soon as it
  # reads -Os, also when -O3 follows; without inlining the codec is ten times slower.
  set(creditfold_hot_options -O3 -finline-functions)
  target_compile_options(creditfold_options INTERFACE -fwasm-exceptions)
  target_link_options(creditfold_options INTERFACE -fwasm-exceptions)
endif()
if(SANITIZE)
  # g++ warns of optionals it has itself instrumented (GCC bugs 80635, 105562): nothing to be fixed in the code.
  target_compile_options(creditfold_options INTERFACE -Wno-maybe-uninitialized)
  target_compile_options(creditfold_options INTERFACE -fsanitize=${SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(creditfold_options INTERFACE -fsanitize=${SANITIZE})
endif()
if(COVERAGE)
  target_compile_options(creditfold_options INTERFACE --coverage)
  target_link_options(creditfold_options INTERFACE --coverage)
endif()
