// SPDX-License-Identifier: Apache-2.0
#include "tests/read_model/asked.hpp"

namespace creditfold::test {
namespace {

namespace json = boost::json;

// A column that holds JSON is named with a leading {, one to be left out when NULL with a leading ?.
json::array objects(SQLite::Database& database, const std::string& sql, const std::string& account) {
  json::array found;
  SQLite::Statement query(database, sql);
  if (sql.find('?') != std::string::npos && query.getBindParameterCount() > 0) query.bind(1, account);
  while (query.executeStep()) {
    json::object& object = found.emplace_back(json::object()).as_object();
    for (int i = 0; i < query.getColumnCount(); ++i) {
      const SQLite::Column column = query.getColumn(i);
      std::string name = column.getName();
      const bool optional = name.front() == '?';
      const bool is_json = name.front() == '{';
      if (optional || is_json) name.erase(0, 1);
      if (column.isNull()) {
        if (!optional) object[name] = nullptr;
      } else if (is_json) {
        object[name] = json::parse(column.getString());
      } else if (column.isInteger()) {
        object[name] = column.getInt64();
      } else {
        object[name] = column.getString();
      }
    }
  }
  return found;
}

std::string where_term(const json::object& term) {
  return " WHERE account = ? AND plan = '" + std::string(term.at("plan").as_string()) +
         "' AND term = " + std::to_string(term.at("term").as_int64());
}

json::array plans_in(SQLite::Database& database, const std::string& account) {
  json::array plans =
      objects(database,
              "SELECT plan, term, starts_at_text AS starts_at, ends_at_text AS ends_at, cadence FROM terms "
              "WHERE account = ? ORDER BY plan, term",
              account);
  for (json::value& value : plans) {
    json::object& term = value.as_object();
    term["periods"] =
        objects(database,
                "SELECT period, starts_at_text AS starts_at, ends_at_text AS ends_at, state, granted_text AS "
                "granted, consumed_text AS consumed, held_text AS held, expired_text AS expired, remaining_text "
                "AS remaining, uncovered_text AS uncovered FROM period_states" +
                    where_term(term) + " ORDER BY period",
                account);
    term["lots"] =
        objects(database,
                "SELECT lot, kind, granted_text AS granted, remaining_text AS remaining, held_text AS held, "
                "expired_text AS expired, starts_at_text AS starts_at, expires_at_text AS expires_at FROM lots" +
                    where_term(term) + " AND void = 0 ORDER BY period, n",
                account);
  }
  return plans;
}

json::array seats_in(SQLite::Database& database, const std::string& account) {
  return objects(database, R"sql(
SELECT product,
       coalesce(max(iif(starts_at_micros <= m.at_micros AND m.at_micros < ends_at_micros, seats, NULL)), 0) AS seats,
       (SELECT json_group_array(json_object('seats', seats, 'effective_at', effective_at)) FROM (
          SELECT term, 1 AS place, seats, starts_at_text AS effective_at FROM seats i
          WHERE i.account = s.account AND i.product = s.product AND m.at_micros < starts_at_micros
          UNION ALL
          SELECT term, 2, iif(removed, 0, scheduled_seats), iif(removed, ends_at_text, scheduled_at_text) FROM seats i
          WHERE i.account = s.account AND i.product = s.product
            AND m.at_micros < iif(removed, ends_at_micros, scheduled_at_micros)
          ORDER BY term, place)) AS "{scheduled"
FROM seats s, meta m WHERE account = ? GROUP BY product ORDER BY product)sql",
                 account);
}

json::object standings(const json::array& rows, const char* name, const char* value) {
  json::object found;
  for (const json::value& row : rows) found[row.at(name).as_string()] = row.at(value).as_int64() != 0;
  return found;
}

}  // namespace

json::value balance_in(SQLite::Database& database, const std::string& account) {
  const json::array found = objects(
      database,
      "SELECT account, m.at_text AS at, version, a.fingerprint, a.region, environment, allowed, key_arn, key_state "
      "FROM accounts a JOIN access USING (account), meta m WHERE account = ?",
      account);
  json::object balance = found.at(0).as_object();
  balance["plans"] = plans_in(database, account);
  balance["usage"] =
      objects(database,
              "SELECT workflow, model, charges, query, input, output, credits_text AS credits FROM usage_totals "
              "WHERE account = ? ORDER BY workflow, model",
              account);
  balance["seats"] = seats_in(database, account);
  balance["invoice_lines"] = objects(
      database,
      "SELECT at_text AS at, name, products AS \"{products\", seats AS \"?seats\", credits_text AS \"?credits\", "
      "json_object('currency', currency, 'minor', amount_minor) AS \"{amount\" FROM invoice_lines WHERE account = ? "
      "ORDER BY line",
      account);
  json::value key = nullptr;
  if (!balance["key_arn"].is_null()) key = {{"key_arn", balance["key_arn"]}, {"state", balance["key_state"]}};
  balance.erase("key_arn");
  balance.erase("key_state");
  balance["key"] = key;
  balance["access"] = balance["allowed"].as_int64() != 0;
  balance.erase("allowed");
  balance["consents"] = standings(objects(database, "SELECT feature, granted FROM consents WHERE account = ?", account),
                                  "feature", "granted");
  json::array terms;
  for (const json::value& row :
       objects(database, "SELECT terms FROM accepted_terms WHERE account = ? ORDER BY terms", account)) {
    terms.push_back(row.at("terms"));
  }
  balance["terms"] = terms;
  return balance;
}

json::value invoices_in(SQLite::Database& database, const std::string& account) {
  json::array lines = objects(
      database,
      "SELECT line, at_text AS at, name, products AS \"{products\", seats AS \"?seats\", credits_text AS \"?credits\", "
      "json_object('currency', currency, 'minor', amount_minor) AS \"{amount\" FROM invoice_lines WHERE account = ? "
      "ORDER BY line",
      account);
  for (json::value& line : lines) {
    line.as_object()["parts"] = objects(
        database,
        "SELECT product, plan AS \"?plan\", term, period AS \"?period\", lot AS \"?lot\", seats_from AS \"?from\", "
        "seats_to AS \"?to\", seats_to - seats_from AS \"?seats\", days AS \"?days\", credits_text AS \"?credits\", "
        "increments AS \"?increments\", starts_at_text AS starts_at, ends_at_text AS ends_at, "
        "json_object('currency', currency, 'minor', amount_minor) AS \"{amount\", seq FROM invoice_parts "
        "WHERE account = ? AND line = " +
            std::to_string(line.at("line").as_int64()) + " ORDER BY part",
        account);
  }
  return lines;
}

json::array events_in(SQLite::Database& database, const std::string& partition) {
  json::array events =
      objects(database,
              "SELECT type, seq, account, version, at_text AS at, recorded_at_text AS recorded_at, key, "
              "actor AS \"?actor\", fields AS \"{fields\" FROM events ORDER BY seq",
              "");
  for (json::value& value : events) {
    json::object& event = value.as_object();
    if (!partition.empty()) event["partition"] = partition;
    const json::object fields = event["fields"].as_object();
    event.erase("fields");
    for (const auto& [name, field] : fields) event[name] = field;
  }
  return events;
}

}  // namespace creditfold::test
