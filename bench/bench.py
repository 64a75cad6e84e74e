#!/usr/bin/env python3
"""Times the questions of dashboards and analysts over HTTP, beside the same figures by hand-written SQL in the same run.

Needs a running server, an admin's key and psql on the server's database:

    python3 bench/bench.py --url http://localhost:8080 --key $KEY --dsn postgresql://... [--seed 1000000] [--repeat 40]

--seed replaces all runs of that database by deterministic ones (seed_runs.sql) and rebuilds the rollups.
"""

import argparse
import http.client
import json
import pathlib
import subprocess
import time
import urllib.parse

HERE = pathlib.Path(__file__).parent
PERIODS = {
    "30 days": {"from": "2025-11-15T09:30:00Z", "to": "2025-12-15T09:30:00Z"},
    "a year": {"from": "2024-12-15T09:30:00Z", "to": "2025-12-15T09:30:00Z"},
    "everything": {},
}
RAW = """
SELECT count(*), sum(questions_requested), sum(questions_generated), sum(questions_evaluated), sum(questions_approved),
       sum(questions_inserted), sum(duplicates_found), sum(total_api_calls), sum(total_cost_usd), avg(duration_seconds),
       sum(avg_arbiter_score * questions_evaluated), min(min_arbiter_score), max(max_arbiter_score)
  FROM question_generation_runs WHERE status <> 'running' AND started_at >= '{from}' AND started_at < '{to}'"""


class Server:
    def __init__(self, url, key):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self.key = key

    def send(self, method, path, body=None):
        self.connection.request(
            method, path, body, {"X-Service-Key": self.key, "Content-Type": "application/json"})
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 300 or (path == "/graphql" and b'"errors"' in text):
            raise SystemExit(f"{path}: {response.status} {text[:500]!r}")
        return json.loads(text)

    def ask(self, query, variables=None):
        return self.send("POST", "/graphql", json.dumps({"query": query, "variables": variables or {}}))


def timed(work, repeat):
    work()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))]


def psql(dsn, *arguments):
    return subprocess.run(["psql", "-X", "-q", "-A", "-t", dsn, *arguments], check=True, capture_output=True, text=True).stdout


def raw_sql(dsn, period):
    """Milliseconds of the hand-written SQL over raw rows, the best of three: as psql's own clock tells."""
    sql = RAW.format(**{"from": period.get("from", "-infinity"), "to": period.get("to", "infinity")})
    output = psql(dsn, "-c", "\\timing on", *["-c", sql] * 3)
    return min(float(line.split()[1]) for line in output.splitlines() if line.startswith("Time:"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--url", default="http://localhost:8080")
    arguments.add_argument("--key", required=True)
    arguments.add_argument("--dsn", required=True)
    arguments.add_argument("--seed", type=int)
    arguments.add_argument("--repeat", type=int, default=40)
    options = arguments.parse_args()
    server = Server(options.url, options.key)
    if options.seed:
        psql(options.dsn, "-v", f"n={options.seed}", "-f", str(HERE / "seed_runs.sql"))
        server.ask("mutation { rebuildRollups { months } }")
        for table in ("question_generation_runs", "run_rollup", "provider_rollup", "breakdown_rollup"):
            psql(options.dsn, "-c", f"VACUUM ANALYZE {table}")
    runs = server.ask("{ summary { runs { total } } }")["data"]["summary"]["runs"]["total"]
    print(f"{runs} runs; milliseconds over HTTP, p50 and p95 of {options.repeat}\n")
    print(f"| question | {' | '.join(f'{period} p50 | p95' for period in PERIODS)} |")
    print("|---" * (1 + 2 * len(PERIODS)) + "|")
    for path in sorted((HERE / "queries").glob("*.graphql")):
        figures = []
        for period in PERIODS.values():
            figures += timed(lambda: server.ask(path.read_text(), {"filter": period}), options.repeat)
        print(f"| {path.stem} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |", flush=True)
    figures = []
    for period in PERIODS.values():
        query = urllib.parse.urlencode({
            "start_date": period.get("from", "0001-01-01"), "end_date": period.get("to", "9999-12-31")})
        figures += timed(lambda: server.send("GET", f"/v1/admin/generation-runs/stats?{query}"), options.repeat)
    print("| REST stats | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |")
    rows = [raw_sql(options.dsn, period) for period in PERIODS.values()]
    print("| sums by hand-written SQL over raw rows | " + " | ".join(f"{row:.0f} | " for row in rows) + "|")
    listed = timed(lambda: server.send("GET", "/v1/admin/generation-runs?page=1"), options.repeat)
    print(f"\nREST list, page 1 with its total: p50 {listed[0]:.1f}, p95 {listed[1]:.1f}")


if __name__ == "__main__":
    main()
