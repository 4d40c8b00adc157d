# SPDX-License-Identifier: Apache-2.0
# Libraries from Debian 12. Pure parts use header-only ones, which em++ compiles too; the rest is native only.
if(EMSCRIPTEN)
  # find_package sees no host packages under this toolchain, and -I/usr/include would bring in glibc: link single folders.
  set(host_headers ${CMAKE_BINARY_DIR}/host-headers)
  file(MAKE_DIRECTORY ${host_headers})
  set(host_names cereal boost xxhash.h xxh3.h)
  if(BUILD_TESTING)
    list(APPEND host_names catch2)
  endif()
  foreach(name ${host_names})
    if(NOT EXISTS /usr/include/${name})
      message(FATAL_ERROR "/usr/include/${name} is missing: run scripts/build, which installs what is missing")
    endif()
    file(CREATE_LINK /usr/include/${name} ${host_headers}/${name} SYMBOLIC)
  endforeach()
  add_library(host_headers INTERFACE)
  target_include_directories(host_headers SYSTEM INTERFACE ${host_headers})
  add_library(cereal_headers ALIAS host_headers)
  add_library(boost_headers ALIAS host_headers)
  add_library(xxhash_headers ALIAS host_headers)
else()
  find_package(cereal 1.3 CONFIG REQUIRED)
  add_library(cereal_headers ALIAS cereal::cereal)
  find_package(Boost 1.81 CONFIG REQUIRED)
  add_library(boost_headers ALIAS Boost::headers)
  add_library(xxhash_headers INTERFACE)  # /usr/include/xxh3.h, libxxhash-dev
  find_package(Threads REQUIRED)
  find_package(SQLiteCpp 3.2 CONFIG REQUIRED)
  find_package(CLI11 CONFIG REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
  add_library(sodium_library ALIAS PkgConfig::SODIUM)
  find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)  # SHA-256 with the processor's own instructions
  pkg_check_modules(LIBARCHIVE REQUIRED IMPORTED_TARGET libarchive)
  add_library(archive_library ALIAS PkgConfig::LIBARCHIVE)
  pkg_check_modules(CURL REQUIRED IMPORTED_TARGET "libcurl>=7.86")  # signs requests (AWS_SIGV4), their headers too
  add_library(creditfold_allocator INTERFACE)  # for programs that say how memory is asked for
  if(NOT SANITIZE)
    target_compile_definitions(creditfold_allocator INTERFACE CREDITFOLD_MIMALLOC)
    # malloc of every program, for which it only has to be linked: decisions are mostly short texts and nodes of maps.
    # Sanitizers bring their own.
    find_library(MIMALLOC_LIBRARY mimalloc REQUIRED)
    target_link_libraries(creditfold_options INTERFACE "-Wl,--push-state,--no-as-needed" ${MIMALLOC_LIBRARY} "-Wl,--pop-state")
  endif()
endif()
