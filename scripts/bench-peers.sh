# SPDX-License-Identifier: Apache-2.0
# What scripts/bench measures the log against and nothing else needs. A peer that cannot be installed is left out, and its
# row says so. Sourced, never run.

emmett_version=0.38.5  # 0.42.4 asks for a version of emmett that the registry does not have
sqlite3_version=5.1.7

install_postgres() {
  local no_cluster=/etc/postgresql-common/createcluster.d/creditfold-bench.conf
  if [ ! -x /usr/lib/postgresql/15/bin/postgres ]; then
    # Debian's package would make a cluster and keep a server running; ours runs while we measure, in a place of its own.
    trap 'as_root rm -f "$no_cluster"' EXIT
    as_root mkdir -p "${no_cluster%/*}"
    echo "create_main_cluster = false" | as_root tee "$no_cluster" >/dev/null
  fi
  install_packages postgresql-15 libpq-dev
  # It was configured without libpq before.
  cmake --preset release -DBUILD_TESTING=ON >&2 || die "cmake could not configure the release preset"
  cmake_build release postgres_bench
}

install_emmett() {
  local home=build/emmett headers wanted="$emmett_version $sqlite3_version"
  [ "$(cat "$home/.installed" 2>/dev/null || true)" != "$wanted" ] || return 0
  install_packages g++ make python3  # its sqlite3 is compiled here, and Debian's SQLite is not used
  step "Installing emmett-sqlite $emmett_version into $home"
  rm -rf "$home"
  mkdir -p "$home"
  echo '{"private": true}' >"$home/package.json"
  npm install --prefix "$home" --save-exact --ignore-scripts --no-audit --no-fund "sqlite3@$sqlite3_version" \
    "@event-driven-io/emmett@$emmett_version" "@event-driven-io/emmett-sqlite@$emmett_version" >&2 ||
    die "npm could not install emmett-sqlite $emmett_version"
  headers=$(find "$root/.tools/node_modules" -path '*/include/node/node_api.h' -print -quit)
  npm_config_build_from_source=true npm_config_nodedir=${headers%/include/node/node_api.h} \
    npm rebuild --prefix "$home" sqlite3 >&2 || die "sqlite3 $sqlite3_version did not build"
  [ -n "$(find "$home/node_modules/sqlite3/build" -name node_sqlite3.node -print -quit 2>/dev/null)" ] ||
    die "sqlite3 $sqlite3_version did not build"
  echo "$wanted" >"$home/.installed"
}

duckdb_version=1.5.6-r.1
lighthouse_version=13.5.0

# install_npm NAME PACKAGE VERSION: into a folder of its own below build/.
install_npm() {
  local home=build/$1
  [ "$(cat "$home/.installed" 2>/dev/null || true)" != "$3" ] || return 0
  step "Installing $2 $3 into $home"
  rm -rf "$home"
  mkdir -p "$home"
  echo '{"private": true}' >"$home/package.json"
  npm install --prefix "$home" --save-exact --ignore-scripts --no-audit --no-fund "$2@$3" >&2 || die "npm could not install $2 $3"
  echo "$3" >"$home/.installed"
}

install_duckdb() { install_npm duckdb @duckdb/node-api "$duckdb_version"; }

install_lighthouse() { install_npm lighthouse lighthouse "$lighthouse_version"; }

install_peers() {
  (install_postgres) || say "PostgreSQL is left out."
  (install_emmett) || say "emmett-sqlite is left out."
}
