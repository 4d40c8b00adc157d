# SPDX-License-Identifier: Apache-2.0
# What the scripts share: saying what happens, installing what is missing, building. Sourced, never run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

step() { printf '\n\033[1m== %s\033[0m\n' "$*" >&2; }
say() { printf '   %s\n' "$*" >&2; }
die() {
  printf '\ncreditfold: %s\n' "$*" >&2
  exit 1
}

# Debian 12 packages by name. Native build, WebAssembly, browser; ccache and brotli help and are small.
packages_build="ca-certificates git g++ cmake ninja-build pkg-config ccache libsqlitecpp-dev libsqlite3-dev
  libcereal-dev libboost1.81-dev libcli11-dev libxxhash-dev libsodium-dev libssl-dev libarchive-dev
  libcurl4-openssl-dev libmimalloc-dev"
packages_wasm="emscripten"
packages_test="catch2 librapidcheck-dev chromium fonts-dejavu-core golang-go golang-golang-x-mod-dev"

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "root or sudo is needed to install Debian packages: $*"
  fi
}

install_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  # A Node.js from elsewhere provides npm itself and conflicts with Debian's package of that name.
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "this is not Debian; install these by hand: ${missing[*]}"
  step "Installing Debian packages: ${missing[*]}"
  as_root apt-get update -q >&2 || die "apt-get update failed: no package list, is there a network?"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 ||
    die "apt-get could not install: ${missing[*]}"
}

# The web tools need a newer Node.js than Debian 12 has; npm brings it, into .tools, for this project alone.
node_version=22.23.3
npm_version=11.21.2
install_node() {
  export PATH="$root/.tools/node_modules/.bin:$PATH"
  [ "$(.tools/node_modules/.bin/node --version 2>/dev/null || true)" = "v$node_version" ] && return 0
  step "Installing Node.js $node_version and npm $npm_version into .tools"
  npm install --prefix .tools --no-save --no-audit --no-fund "node@$node_version" "npm@$npm_version" >&2 ||
    die "npm could not install Node.js $node_version"
  hash -r
}

install_web_packages() {
  local stamp=web/node_modules/.creditfold-stamp
  cmp -s web/package-lock.json "$stamp" && return 0
  step "Installing the page's npm packages"
  (cd web && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund >&2) || die "npm ci failed in web/"
  cp web/package-lock.json "$stamp"
}

# The KMS stand-in of the tests verifies signatures with another's library.
install_kms_packages() {
  local stamp=tests/kms/node_modules/.creditfold-stamp
  cmp -s tests/kms/package-lock.json "$stamp" && return 0
  step "Installing the KMS stand-in's npm packages"
  (cd tests/kms && npm ci --no-audit --no-fund >&2) || die "npm ci failed in tests/kms/"
  cp tests/kms/package-lock.json "$stamp"
}

# Whether the tests are configured too: they need libraries that a user does without. scripts/test and scripts/bench say ON.
with_tests=OFF

is_configured() {
  [ -f "build/$1/build.ninja" ] && [ ! CMakePresets.json -nt "build/$1/build.ninja" ] || return 1
  [ "$with_tests" = OFF ] || grep -q '^BUILD_TESTING:BOOL=ON' "build/$1/CMakeCache.txt"
}

# cmake_build PRESET [TARGET ...]
cmake_build() {
  local preset=$1
  shift
  is_configured "$preset" || cmake --preset "$preset" "-DBUILD_TESTING=$with_tests" >&2 ||
    die "cmake could not configure the $preset preset"
  if [ $# -gt 0 ]; then
    cmake --build --preset "$preset" --parallel "$(nproc)" --target "$@" >&2 || die "the $preset build failed"
  else
    cmake --build --preset "$preset" --parallel "$(nproc)" >&2 || die "the $preset build failed"
  fi
}

build_native() {
  step "Building the native program (build/release)"
  cmake_build release creditfold catalogue
}

build_wasm() {
  step "Building the WebAssembly modules (build/wasm)"
  cmake_build wasm creditfold_wasm creditfold_forecast_wasm
}

build_web() {
  step "Building the page (web/dist)"
  build/release/catalogue >build/catalogue.ts
  cmp -s build/catalogue.ts web/src/core/catalogue.ts || cp build/catalogue.ts web/src/core/catalogue.ts
  node scripts/strip-types.mjs web/src/core build/wasm/loader
  (cd web && npm run --silent build >&2) || die "the page did not build"
}
