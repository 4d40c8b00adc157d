# SPDX-License-Identifier: Apache-2.0
# Writes build.cpp from build.cpp.in when the version or the commit has changed since it was last written.
# cmake -D SOURCE=… -D IN=… -D OUT=… -D VERSION=… -P write_build.cmake
set(COMMIT "")
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --show-toplevel
                  OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  file(REAL_PATH "${SOURCE}" here)
  if(NOT failed AND top STREQUAL here)  # not a repository that merely lies around the sources
    execute_process(COMMAND ${GIT} -C ${SOURCE} describe --always --dirty --abbrev=12 --match=no-tag-is-meant
                    OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
configure_file(${IN} ${OUT} @ONLY)
