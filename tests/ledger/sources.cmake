# SPDX-License-Identifier: Apache-2.0
# The tests of the ledger. Portable ones run natively and as WebAssembly; the properties need rapidcheck, which is native
# only. Paths are from this folder.
set(ledger_test_sources
  authorizations_test.cpp
  catalog_test.cpp
  clauses_test.cpp
  consents_test.cpp
  engine_test.cpp
  fold_test.cpp
  json_command_test.cpp
  json_event_test.cpp
  keys_test.cpp
  limits_test.cpp
  lots_test.cpp
  order_test.cpp
  outlook_test.cpp
  residency_test.cpp
  seats_test.cpp
  snapshot_test.cpp
  statement_test.cpp
  table.cpp
  table_balance.cpp
  table_catalog.cpp
  table_row.cpp
  table_show.cpp
  table_test.cpp
  terms_test.cpp
  time_test.cpp
  usage_test.cpp
)
set(ledger_property_sources
  properties_test.cpp
  stream.cpp
  table_catalog.cpp
)
