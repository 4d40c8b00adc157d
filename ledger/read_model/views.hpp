// SPDX-License-Identifier: Apache-2.0
// The views of a read model: what people ask, over the tables and as of meta.at. READ_MODEL.md explains them.
// `CREDITS(x)` and `MOMENT(x)` stand for the text of an integer, `MONEY(minor, digits)` for an amount's (sql_text.hpp).
#pragma once

namespace creditfold::read_model {

inline constexpr const char* views_sql = R"sql(
-- All events in one form; the fields are those of creditfold export, by name.
CREATE VIEW events AS
SELECT seq, account, version, type, at_micros, at_text, recorded_at_micros, recorded_at_text, key, actor, fields
FROM other_events
UNION ALL
SELECT seq, account, version, 'CreditsConsumed', at_micros, at_text, recorded_at_micros, recorded_at_text, key, actor,
       json_patch('{}', json_object(  -- leaves out what is NULL
         'usage', usage, 'plan', plan, 'workflow', workflow, 'model', model, 'query', query, 'input', input,
         'output', output, 'rate_card', rate_card, 'credits', credits_text,
         'late', json(iif(late, 'true', 'false')), 'flags', json(flags), 'settles', settles,
         'memo', CASE WHEN memo_sealed IS NULL THEN memo ELSE json_object('sealed', lower(hex(memo_sealed))) END,
         'ai_generated', json('true')))
FROM charges;

-- Periods with what they are at meta.at: upcoming, open, closing (ended, not closed yet), closed.
CREATE VIEW period_states AS
SELECT p.account, p.plan, p.term, p.period,
       CASE WHEN p.closed THEN 'closed' WHEN NOT p.opened THEN 'upcoming'
            WHEN p.ends_at_micros <= m.at_micros THEN 'closing' ELSE 'open' END AS state,
       p.starts_at_text, p.ends_at_text, p.granted_text, p.consumed_text, p.held_text, p.expired_text, p.remaining_text,
       p.uncovered_text, p.starts_at_micros, p.ends_at_micros, p.granted_micro, p.consumed_micro, p.held_micro,
       p.expired_micro, p.remaining_micro, p.uncovered_micro
FROM periods p, meta m;

-- What each account has now, by plan: the Credit Period that meta.at lies in. Of a period that nothing has opened yet
-- there is no row: its allotment comes with the next command.
CREATE VIEW balances AS
SELECT p.account, plan, term, period, state, granted_text, consumed_text, held_text, remaining_text, uncovered_text,
       ends_at_text, granted_micro, consumed_micro, held_micro, remaining_micro, uncovered_micro, ends_at_micros
FROM period_states p, meta m
WHERE starts_at_micros <= m.at_micros AND m.at_micros < ends_at_micros;

-- How a period's credits went, day by day. left: of all that was granted in it, holds not looked at.
CREATE VIEW burn_down AS
SELECT d.account, d.plan, d.term, d.period, d.day, d.charges, CREDITS(d.charged_micro) AS charged_text,
       CREDITS(d.covered_micro) AS covered_text, CREDITS(p.granted_micro - d.so_far_micro) AS left_text,
       d.charged_micro, d.covered_micro, p.granted_micro - d.so_far_micro AS left_micro
FROM (SELECT account, plan, term, period, day, count(*) AS charges, sum(credits_micro) AS charged_micro,
             sum(covered_micro) AS covered_micro,
             sum(sum(covered_micro)) OVER (PARTITION BY account, plan, term, period ORDER BY day) AS so_far_micro
      FROM charges GROUP BY account, plan, term, period, day) d
JOIN periods p USING (account, plan, term, period);

-- Charges that no lot covered, or not wholly.
CREATE VIEW uncovered_usage AS
SELECT account, day, seq, usage, plan, term, period, workflow, model, actor, late, credits_text, covered_text,
       uncovered_text, credits_micro, covered_micro, uncovered_micro
FROM charges WHERE uncovered_micro > 0;

-- What expired with its period, unused.
CREATE VIEW expired_lots AS
SELECT account, lot, plan, kind, expires_at_text, granted_text, expired_text, granted_micro, expired_micro,
       expires_at_micros
FROM lots WHERE expired_micro > 0;

-- What will expire unless it is used, the next first when ordered by expires_at_micros.
CREATE VIEW expiring_lots AS
SELECT account, lot, plan, kind, expires_at_text, granted_text, remaining_text, granted_micro, remaining_micro,
       expires_at_micros
FROM lots WHERE remaining_micro > 0;

CREATE VIEW cost_by_workflow AS
SELECT account, month, workflow, model, count(*) AS charges, sum(tokens) AS tokens,
       CREDITS(sum(credits_micro)) AS credits_text, CREDITS(sum(uncovered_micro)) AS uncovered_text,
       sum(credits_micro) AS credits_micro, sum(uncovered_micro) AS uncovered_micro
FROM charges GROUP BY account, month, workflow, model;

-- Actors are ids; NULL: the charge named none.
CREATE VIEW cost_by_actor AS
SELECT account, month, actor, count(*) AS charges, sum(tokens) AS tokens,
       CREDITS(sum(credits_micro)) AS credits_text, sum(credits_micro) AS credits_micro
FROM charges GROUP BY account, month, actor;

-- As `usage` in creditfold balance.
CREATE VIEW usage_totals AS
SELECT account, workflow, model, count(*) AS charges, sum(query) AS query, sum(input) AS input, sum(output) AS output,
       CREDITS(sum(credits_micro)) AS credits_text, sum(credits_micro) AS credits_micro
FROM charges GROUP BY account, workflow, model;

-- What happened to each lot, as it is explained: granted, drawn by each charge, expired. Held: of live authorizations.
CREATE VIEW lot_moves AS
SELECT account, lot, seq, at_text, 'granted' AS what, NULL AS by_whom, granted_text AS credits_text,
       granted_micro AS credits_micro
FROM lots WHERE void = 0
UNION ALL
SELECT l.account, l.lot, c.seq, c.at_text, 'drawn', c.usage, CREDITS(-d.credits_micro), -d.credits_micro
FROM lots l JOIN draws d ON d.lot = l.seq JOIN charges c ON c.seq = d.charge
UNION ALL
SELECT l.account, l.lot, a.seq, a.at_text, 'held', a.authorization, CREDITS(-h.credits_micro), -h.credits_micro
FROM lots l JOIN holds h ON h.lot = l.seq JOIN authorizations a ON a.seq = h.authorization
WHERE a.ended IS NULL AND l.void = 0
UNION ALL
SELECT l.account, l.lot, e.seq, e.at_text, 'expired', NULL, CREDITS(-l.expired_micro), -l.expired_micro
FROM lots l JOIN other_events e ON e.type = 'PeriodClosed' AND e.account = l.account
WHERE l.expired_micro > 0 AND json_extract(e.fields, '$.plan') = l.plan AND json_extract(e.fields, '$.term') = l.term
  AND json_extract(e.fields, '$.period') = l.period;

-- Invoice lines by month of their `at`, and currency.
CREATE VIEW invoices AS
SELECT l.account, l.month, l.currency, count(*) AS lines, MONEY(sum(l.amount_minor), c.digits) AS amount_text,
       sum(l.amount_minor) AS amount_minor
FROM (SELECT account, substr(at_text, 1, 7) AS month, currency, amount_minor FROM invoice_lines) l
JOIN currencies c USING (currency)
GROUP BY l.account, l.month, l.currency;

-- What the next close would invoice for what is uncovered by now, at the catalog's price: an estimate, no promise
-- (AIS-4c).
-- Amounts beyond 64 bits, which no close could record, are left out.
CREATE VIEW overage_to_come AS
SELECT o.account, o.plan, o.term, o.period, o.ends_at_text, CREDITS(o.uncovered_micro) AS uncovered_text, o.increments,
       MONEY(o.increments * o.overage_price_minor, c.digits) AS amount_text, o.overage_currency AS currency,
       o.uncovered_micro, o.increments * o.overage_price_minor AS amount_minor
FROM (SELECT p.account, p.plan, p.term, p.period, p.ends_at_text, p.uncovered_micro,
             p.uncovered_micro / t.increment_micro + (p.uncovered_micro % t.increment_micro > 0) AS increments,
             k.overage_price_minor, k.overage_currency
      FROM periods p JOIN terms t USING (account, plan, term) JOIN plans k ON k.plan = p.plan
      WHERE p.closed = 0 AND p.uncovered_micro > 0 AND t.on_exhaustion = 'overage' AND t.increment_micro > 0
        AND k.overage_price_minor IS NOT NULL) o
JOIN currencies c ON c.currency = o.overage_currency
WHERE o.increments <= 9223372036854775807 / max(o.overage_price_minor, 1);

-- Seats in force at meta.at.
CREATE VIEW seats_now AS
SELECT s.account, s.product, s.term, s.seats, s.seat_price_text, s.currency, s.ends_at_text, s.scheduled_seats,
       s.scheduled_at_text
FROM seats s, meta m
WHERE s.starts_at_micros <= m.at_micros AND m.at_micros < s.ends_at_micros;

-- Standings at meta.at: of what had happened by then, what was recorded last (H1).
CREATE VIEW consents AS
SELECT account, feature, granted, since_text FROM (
  SELECT e.account, json_extract(e.fields, '$.feature') AS feature, json_extract(e.fields, '$.granted') AS granted,
         e.at_text AS since_text, max(e.seq)
  FROM other_events e, meta m WHERE e.type = 'ConsentChanged' AND e.at_micros <= m.at_micros
  GROUP BY e.account, json_extract(e.fields, '$.feature'));

CREATE VIEW accepted_terms AS
SELECT account, terms, since_text FROM (
  SELECT e.account, json_extract(e.fields, '$.terms') AS terms, json_extract(e.fields, '$.accepted') AS accepted,
         e.at_text AS since_text, max(e.seq)
  FROM other_events e, meta m WHERE e.type = 'TermsAccepted' AND e.at_micros <= m.at_micros
  GROUP BY e.account, json_extract(e.fields, '$.terms')) WHERE accepted;

-- 0: AI is suspended for the account (AI-0).
CREATE VIEW access AS
SELECT a.account, coalesce((
  SELECT json_extract(e.fields, '$.allowed') FROM other_events e, meta m
  WHERE e.type = 'AccessChanged' AND e.account = a.account AND e.at_micros <= m.at_micros
  ORDER BY e.seq DESC LIMIT 1), 1) AS allowed
FROM accounts a;
)sql";

}  // namespace creditfold::read_model
