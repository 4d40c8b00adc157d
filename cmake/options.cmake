# SPDX-License-Identifier: Apache-2.0
# Compile options every target of the project takes, as one interface target.
add_library(creditfold_options INTERFACE)
target_include_directories(creditfold_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(creditfold_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                                                    -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(creditfold_options INTERFACE -Wno-restrict)  # false alarms on string + string (GCC bug 105651)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ takes every file of a joined one for a header, whose types without linkage might be met twice.
  target_compile_options(creditfold_options INTERFACE -Wno-subobject-linkage)
endif()
if(EMSCRIPTEN)
  # For what has to be fast in a module that is otherwise built small. em++ turns inlining off for all files as soon as it
  # reads -Os, also when -O3 follows; without inlining the codec is ten times slower.
  set(creditfold_fastest_options -O3 -finline-functions)  # folding columns, which no module of the page does yet
  set(creditfold_hot_options -Os -finline-functions)      # the codec and the fold, 3 % slower so and 14 kB smaller
  target_compile_options(creditfold_options INTERFACE -fwasm-exceptions)
  target_link_options(creditfold_options INTERFACE -fwasm-exceptions)
endif()
# creditfold_precompile(TARGET HEADER ...): what most files of a target include, compiled once. Every file still includes
# what it uses. Not under em++, whose files are built at two optimisation levels that no precompiled header serves.
function(creditfold_precompile target)
  if(NOT EMSCRIPTEN)
    target_precompile_headers(${target} PRIVATE ${ARGN})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # The first so that ccache can tell one from another; the others because g++ 12 forgets in a precompiled header that
      # it is the library's, and then tells the false alarms of GCC bug 105651 under these names. em++ and the sanitizers
      # still look.
      target_compile_options(${target} PRIVATE -fpch-preprocess -Wno-array-bounds -Wno-stringop-overflow)
    endif()
  endif()
endfunction()
# creditfold_test(TARGET): a program that tests. The libraries are optimized as they are shipped; the tests' own code is run
# once, and building it at -O3 takes twice as long. With sanitizers most of a build is optimizing their checks.
function(creditfold_test target)
  if(SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  elseif(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT EMSCRIPTEN)
    target_compile_options(${target} PRIVATE -O1)
  endif()
endfunction()
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
