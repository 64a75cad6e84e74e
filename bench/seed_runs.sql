-- Deterministic, realistic rows in place of all that question_generation_runs holds. The rollups have to be rebuilt after.
--
--   psql -d <db> -v n=100000 -f seed_runs.sql
--
-- Optional variables: t0 (start of the window, default 2024-01-01 00:00Z) and
-- t1 (end, default 2026-01-01 00:00Z).  Every value is a pure function of the
-- row number and n: the same n gives the same rows everywhere (PostgreSQL's
-- hashint8extended and md5 only; no random(), no now(); little-endian, PG 11+).
--
-- Consistency that a checker can rely on, per row:
--   sum(provider_metrics[*].generated) = questions_generated
--   sum(provider_metrics[*].api_calls) = total_api_calls
--   sum(provider_metrics[*].failures)  = generation_failures
--   sum(type_metrics) = sum(difficulty_metrics) = questions_inserted
--   questions_evaluated = questions_approved + questions_rejected
--   duplicates_found = exact_duplicates + semantic_duplicates
--   questions_approved - duplicates_found - insertion_failures = questions_inserted
--   sum(cost_by_provider[*].total_cost_usd) = total_cost_usd (to rounding)

\set ON_ERROR_STOP on
\if :{?n}
\else
  \set n 10000
\endif
\if :{?t0}
\else
  \set t0 '2024-01-01 00:00:00+00'
\endif
\if :{?t1}
\else
  \set t1 '2026-01-01 00:00:00+00'
\endif

SET timezone = 'UTC';
SET client_min_messages = warning;

-- u(i, k): uniform in [0,1), the k-th draw of row i.
CREATE OR REPLACE FUNCTION pg_temp.u(i bigint, k int) RETURNS float8
LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(i, k::bigint) & 9007199254740991)::float8 / 9007199254740992.0 $$;

TRUNCATE question_generation_runs, run_change, rollup, rollup_series, rollup_scope,
         streak_day;

INSERT INTO question_generation_runs (
    id, started_at, completed_at, duration_seconds, status, exit_code, questions_requested,
    questions_generated, generation_failures, generation_success_rate, questions_evaluated,
    questions_approved, questions_rejected, approval_rate, avg_arbiter_score, min_arbiter_score,
    max_arbiter_score, duplicates_found, exact_duplicates, semantic_duplicates, duplicate_rate,
    questions_inserted, insertion_failures, overall_success_rate, total_errors, total_api_calls,
    provider_metrics, type_metrics, difficulty_metrics, error_summary, prompt_version,
    arbiter_config_version, min_arbiter_score_threshold, environment, triggered_by, created_at,
    client_run_id, total_cost_usd, total_input_tokens, total_output_tokens, cost_by_provider)
SELECT
    overlay(overlay(md5('qgr-' || i) placing '4' from 13 for 1) placing '8' from 17 for 1)::uuid,
    started_at,
    CASE WHEN status <> 'running' THEN started_at + dur * interval '1 second' END,
    CASE WHEN status <> 'running' THEN dur END,
    status,
    CASE status WHEN 'success' THEN 0 WHEN 'partial_failure' THEN 1
                WHEN 'failed' THEN 2 + floor(pg_temp.u(i,9)*5)::int END,
    req, gen, fail,
    CASE WHEN gen + fail > 0 THEN round((gen::numeric / (gen + fail)), 4)::float8 END,
    gen, appr, gen - appr,
    CASE WHEN gen > 0 THEN round(appr::numeric / gen, 4)::float8 END,
    CASE WHEN gen > 0 THEN score END,
    CASE WHEN gen > 0 THEN round((score * (0.45 + 0.35*pg_temp.u(i,31)))::numeric, 4)::float8 END,
    CASE WHEN gen > 0 THEN round(least(1.0, score + 0.05 + 0.15*pg_temp.u(i,32))::numeric, 4)::float8 END,
    exact_dup + sem_dup, exact_dup, sem_dup,
    CASE WHEN appr > 0 THEN round((exact_dup + sem_dup)::numeric / appr, 4)::float8 END,
    ins, ins_fail,
    CASE WHEN status <> 'running' THEN round(ins::numeric / req, 4)::float8 END,
    e_rate + e_api + e_parse + e_timeout + e_valid,
    c1 + c2 + c3 + c4 + c5 + c6,
    CASE WHEN status <> 'running' THEN
        jsonb_build_object(
            'openai',    jsonb_build_object('generated', g1, 'api_calls', c1, 'failures', f1),
            'anthropic', jsonb_build_object('generated', g2, 'api_calls', c2, 'failures', f2),
            'google',    jsonb_build_object('generated', g3, 'api_calls', c3, 'failures', f3),
            'xai',       jsonb_build_object('generated', g4, 'api_calls', c4, 'failures', f4))
        || CASE WHEN np >= 5 THEN jsonb_build_object('mistral',
               jsonb_build_object('generated', g5, 'api_calls', c5, 'failures', f5)) ELSE '{}' END
        || CASE WHEN np >= 6 THEN jsonb_build_object('deepseek',
               jsonb_build_object('generated', g6, 'api_calls', c6, 'failures', f6)) ELSE '{}' END
    END,
    CASE WHEN status <> 'running' THEN
        jsonb_build_object(
            'pattern', ins - t2 - t3 - t4 - t5 - t6,
            'logic', t2, 'spatial', t3, 'math', t4, 'verbal', t5, 'memory', t6)
    END,
    CASE WHEN status <> 'running' THEN
        jsonb_build_object('easy', d1, 'medium', ins - d1 - d3, 'hard', d3)
    END,
    CASE WHEN has_err THEN
        jsonb_build_object(
            'by_category', jsonb_strip_nulls(jsonb_build_object(
                'rate_limit', nullif(e_rate,0), 'api_error', nullif(e_api,0),
                'parse_error', nullif(e_parse,0), 'timeout', nullif(e_timeout,0),
                'validation', nullif(e_valid,0))),
            'by_severity', jsonb_build_object(
                'low', e_parse + e_valid, 'medium', e_rate + e_timeout - least(crit, e_timeout),
                'high', e_api, 'critical', least(crit, e_timeout)),
            'critical_count', least(crit, e_timeout))
    END,
    'v' || (1 + pv / 4) || '.' || (pv % 4),
    'arb-' || (1 + pv / 3),
    (ARRAY[0.65, 0.70, 0.70, 0.75])[1 + (pv / 3)],
    env, trig,
    started_at + CASE WHEN status <> 'running' THEN dur ELSE 0 END * interval '1 second',
    'run-' || to_char(started_at, 'YYYYMMDD-HH24MISS') || '-' || lpad(to_hex(i), 8, '0'),
    CASE WHEN status <> 'running' THEN round((k1+k2+k3+k4+k5+k6)::numeric, 6)::float8 END,
    CASE WHEN status <> 'running' THEN (c1+c2+c3+c4+c5+c6)::bigint * tin END,
    CASE WHEN status <> 'running' THEN (c1+c2+c3+c4+c5+c6)::bigint * tout END,
    CASE WHEN status <> 'running' THEN
        jsonb_build_object(
            'openai',    jsonb_build_object('total_cost_usd', k1, 'total_input_tokens', c1*tin, 'total_output_tokens', c1*tout),
            'anthropic', jsonb_build_object('total_cost_usd', k2, 'total_input_tokens', c2*tin, 'total_output_tokens', c2*tout),
            'google',    jsonb_build_object('total_cost_usd', k3, 'total_input_tokens', c3*tin, 'total_output_tokens', c3*tout),
            'xai',       jsonb_build_object('total_cost_usd', k4, 'total_input_tokens', c4*tin, 'total_output_tokens', c4*tout))
        || CASE WHEN np >= 5 THEN jsonb_build_object('mistral',
               jsonb_build_object('total_cost_usd', k5, 'total_input_tokens', c5*tin, 'total_output_tokens', c5*tout)) ELSE '{}' END
        || CASE WHEN np >= 6 THEN jsonb_build_object('deepseek',
               jsonb_build_object('total_cost_usd', k6, 'total_input_tokens', c6*tin, 'total_output_tokens', c6*tout)) ELSE '{}' END
    END
FROM (
  SELECT *,
    round((c1 * (tin*2.5 + tout*10.0) / 1e6)::numeric, 6)::float8 AS k1,
    round((c2 * (tin*3.0 + tout*15.0) / 1e6)::numeric, 6)::float8 AS k2,
    round((c3 * (tin*1.2 + tout* 5.0) / 1e6)::numeric, 6)::float8 AS k3,
    round((c4 * (tin*2.0 + tout*10.0) / 1e6)::numeric, 6)::float8 AS k4,
    round((c5 * (tin*2.0 + tout* 6.0) / 1e6)::numeric, 6)::float8 AS k5,
    round((c6 * (tin*0.3 + tout* 1.1) / 1e6)::numeric, 6)::float8 AS k6
  FROM (
  SELECT *,
    -- API calls per provider: one per question or failure, plus judge calls and retries
    g1 + f1 + floor(g1 * (0.9 + 0.5*pg_temp.u(i,41)))::int AS c1,
    g2 + f2 + floor(g2 * (0.9 + 0.5*pg_temp.u(i,42)))::int AS c2,
    g3 + f3 + floor(g3 * (0.9 + 0.5*pg_temp.u(i,43)))::int AS c3,
    g4 + f4 + floor(g4 * (0.9 + 0.5*pg_temp.u(i,44)))::int AS c4,
    CASE WHEN np >= 5 THEN g5 + f5 + floor(g5 * (0.9 + 0.5*pg_temp.u(i,45)))::int ELSE 0 END AS c5,
    CASE WHEN np >= 6 THEN g6 + f6 + floor(g6 * (0.9 + 0.5*pg_temp.u(i,46)))::int ELSE 0 END AS c6,
    floor(ins * 0.28)::int AS d1, floor(ins * (0.20 + 0.1*pg_temp.u(i,47)))::int AS d3,
    floor(ins * 0.18)::int AS t2, floor(ins * 0.16)::int AS t3,
    floor(ins * 0.17)::int AS t4, floor(ins * (0.10 + 0.08*pg_temp.u(i,48)))::int AS t5,
    floor(ins * 0.12)::int AS t6,
    600 + floor(pg_temp.u(i,49)*500)::int AS tin,
    350 + floor(pg_temp.u(i,50)*400)::int AS tout
  FROM (
  SELECT *,
    gen - g2 - g3 - g4 - g5 - g6 AS g1,
    fail - f2 - f3 - f4 - f5 - f6 AS f1,
    appr - exact_dup - sem_dup - ins_fail AS ins
  FROM (
  SELECT *,
    floor(gen * (0.18 + 0.08*pg_temp.u(i,21)))::int AS g2,
    floor(gen * (0.15 + 0.08*pg_temp.u(i,22)))::int AS g3,
    floor(gen * (0.10 + 0.06*pg_temp.u(i,23)))::int AS g4,
    CASE WHEN np >= 5 THEN floor(gen * (0.06 + 0.06*pg_temp.u(i,24)))::int ELSE 0 END AS g5,
    CASE WHEN np >= 6 THEN floor(gen * (0.04 + 0.05*pg_temp.u(i,25)))::int ELSE 0 END AS g6,
    floor(fail * 0.20)::int AS f2, floor(fail * 0.22)::int AS f3, floor(fail * 0.12)::int AS f4,
    CASE WHEN np >= 5 THEN floor(fail * 0.12)::int ELSE 0 END AS f5,
    CASE WHEN np >= 6 THEN floor(fail * 0.10)::int ELSE 0 END AS f6,
    floor(appr * 0.03 * pg_temp.u(i,26))::int AS exact_dup,
    floor(appr * 0.12 * pg_temp.u(i,27))::int AS sem_dup,
    CASE WHEN pg_temp.u(i,28) < 0.03 THEN floor(appr * 0.04)::int ELSE 0 END AS ins_fail,
    CASE WHEN has_err THEN 1 + floor(pg_temp.u(i,33)*4)::int ELSE 0 END AS e_rate,
    CASE WHEN has_err AND pg_temp.u(i,34) < 0.5 THEN 1 + floor(pg_temp.u(i,35)*3)::int ELSE 0 END AS e_api,
    CASE WHEN has_err AND pg_temp.u(i,36) < 0.4 THEN 1 + floor(pg_temp.u(i,37)*2)::int ELSE 0 END AS e_parse,
    CASE WHEN has_err AND pg_temp.u(i,38) < 0.3 THEN 1 + floor(pg_temp.u(i,39)*2)::int ELSE 0 END AS e_timeout,
    CASE WHEN has_err AND pg_temp.u(i,40) < 0.2 THEN 1 ELSE 0 END AS e_valid,
    CASE WHEN status = 'failed' THEN 2 ELSE 0 END AS crit,
    round((20 + gen * (2.5 + 4*pg_temp.u(i,29)) + 60*pg_temp.u(i,30))::numeric, 3)::float8 AS dur
  FROM (
  SELECT *,
    CASE status WHEN 'running' THEN 0 ELSE req - gen END AS fail,
    floor(gen * least(0.98, greatest(0.05, 0.62 + 0.02*pv - 0.10*(pv = 7)::int + 0.20*pg_temp.u(i,11))))::int AS appr,
    round(least(0.99, 0.68 + 0.012*pv - 0.05*(pv = 7)::int + 0.14*pg_temp.u(i,12))::numeric, 4)::float8 AS score,
    -- errors: always on failed, most partials, few successes: about 20% overall
    CASE status WHEN 'failed' THEN true
                WHEN 'partial_failure' THEN pg_temp.u(i,13) < 0.70
                WHEN 'success' THEN pg_temp.u(i,13) < 0.06
                ELSE false END AS has_err
  FROM (
  SELECT i, started_at, status, env, trig, pv, np, req,
    CASE status
      WHEN 'success' THEN req - floor(req * 0.06 * pg_temp.u(i,7))::int
      WHEN 'partial_failure' THEN floor(req * (0.50 + 0.35*pg_temp.u(i,7)))::int
      WHEN 'failed' THEN floor(req * 0.15 * pg_temp.u(i,7))::int
      ELSE 0 END AS gen
  FROM (
  SELECT i,
    :'t0'::timestamptz + ((i - 1 + pg_temp.u(i,1)) / :n) * (:'t1'::timestamptz - :'t0'::timestamptz) AS started_at,
    CASE WHEN pg_temp.u(i,2) < 0.80 THEN 'success' WHEN pg_temp.u(i,2) < 0.92 THEN 'partial_failure'
         WHEN pg_temp.u(i,2) < 0.99 THEN 'failed' ELSE 'running' END AS status,
    CASE WHEN pg_temp.u(i,3) < 0.70 THEN 'production' WHEN pg_temp.u(i,3) < 0.90 THEN 'staging'
         ELSE 'development' END AS env,
    CASE WHEN pg_temp.u(i,4) < 0.75 THEN 'scheduler' WHEN pg_temp.u(i,4) < 0.90 THEN 'manual'
         ELSE 'webhook' END AS trig,
    -- 12 prompt versions rolling over: mostly the current one, 12% the one before, 5% the next (canary)
    greatest(0, least(11, floor((i - 1)::float8 / :n * 12)::int
      + CASE WHEN pg_temp.u(i,5) < 0.12 THEN -1 WHEN pg_temp.u(i,5) > 0.95 THEN 1 ELSE 0 END)) AS pv,
    CASE WHEN pg_temp.u(i,6) < 0.35 THEN 4 WHEN pg_temp.u(i,6) < 0.80 THEN 5 ELSE 6 END AS np,
    (ARRAY[25,50,50,50,50,50,100,100])[1 + floor(pg_temp.u(i,8)*8)::int] AS req
  FROM generate_series(1, :n::bigint) AS i
  OFFSET 0) a OFFSET 0) b OFFSET 0) c OFFSET 0) d OFFSET 0) e OFFSET 0) f OFFSET 0) g;

VACUUM (ANALYZE) question_generation_runs;
