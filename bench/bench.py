#!/usr/bin/env python3
"""Times the questions of dashboards and analysts over HTTP, beside the same figures by hand-written SQL in the same run.

Needs a running server, an admin's key, and psql on the server's database, which is best not one that you need:

    python3 bench/bench.py --url http://localhost:8080 --key $KEY --dsn postgresql://... --seed 1000000

--seed replaces all runs of that database by deterministic ones (seed_runs.sql) and rebuilds the rollups. --writers records
runs as well, for so many seconds with 8 clients: alone, and beside 8 clients that ask. It adds runs to the database.
"""

import argparse
import http.client
import json
import pathlib
import re
import subprocess
import threading
import time
import urllib.parse
import uuid

HERE = pathlib.Path(__file__).parent
PANELS = HERE.parent / "dashboards/src/queries"
END = "2025-12-15T09:30:00Z"
PERIODS = {
    "30 days": {"from": "2025-11-15T09:30:00Z", "to": END},
    "a year": {"from": "2024-12-15T09:30:00Z", "to": END},
    "everything": {},
}
BEFORE = {
    "30 days": {"from": "2025-10-16T09:30:00Z", "to": "2025-11-15T09:30:00Z"},
    "a year": {"from": "2023-12-16T09:30:00Z", "to": "2024-12-15T09:30:00Z"},
}
# A question, and the hand-written SQL (sql/*.sql) that gives its figures.
QUESTIONS = {
    "summary": ["sums", "durations", "streaks"],
    "providers": ["providers"],
    "promptVersions": ["versions"],
    "dailyTrend": ["daily"],
    "arbiterScores": ["sums"],
    "errorCategories": ["categories"],
    "apiCallsPerQuestion": ["sums"],
    "comparison": ["versions"],
    "batchDuration": ["durations"],
    "streaks": ["streaks"],
    "totalCount": ["count"],
}
PAGES = {
    "overview": ["sums", "durations", "daily", "categories", "streaks", "versions"],
    "providers-page": ["providers", "daily"],
    "prompt-versions-page": ["versions"],
    "failures-page": ["categories", "providers"],
}
UNKNOWN_TO_ROLLUPS = {"costUsd": {"min": 0.000001}}


class Server:
    def __init__(self, url, key):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self.headers = {"X-Service-Key": key, "Content-Type": "application/json"}

    def send(self, method, path, body=None):
        self.connection.request(method, path, body, self.headers)
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 300 or (path == "/graphql" and b'"errors"' in text):
            raise SystemExit(f"{path}: {response.status} {text[:500]!r}")
        return text

    def ask(self, query, variables=None):
        return self.send("POST", "/graphql", json.dumps({"query": query, "variables": variables or {}}))


def quantile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def timed(work, repeat):
    """Milliseconds: median and 95th percentile, after a tenth as many that do not count."""
    times = []
    for i in range(repeat + max(1, repeat // 10)):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    times = times[-repeat:]
    return quantile(times, 0.5), quantile(times, 0.95)


def psql(dsn, *arguments):
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", dsn, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def by_hand(dsn, names, period, where="true"):
    """Milliseconds of hand-written SQL over raw rows by psql's own clock, the median of three."""
    total = 0
    for name in names:
        variables = {"from": period.get("from", "-infinity"), "to": period.get("to", "infinity"), "where": where}
        settings = [part for key, value in variables.items() for part in ("-v", f"{key}={value}")]
        output = psql(dsn, *settings, "-c", "\\timing on", *["-f", str(HERE / f"sql/{name}.sql")] * 3)
        total += quantile([float(ms) for ms in re.findall(r"^Time: ([\d.]+) ms", output, re.M)], 0.5)
    return total


def page(name):
    """A page's one request, with the fragments of its panels."""
    texts = {path.stem: path.read_text() for path in PANELS.glob("*.graphql")}
    fragments = {}
    for text in texts.values():
        for fragment in re.findall(r"^fragment .*?^}", text, re.M | re.S):
            fragments[fragment.split()[1]] = fragment
    document, wanted = texts[name], [texts[name]]
    document = re.split(r"^fragment ", document, flags=re.M)[0]
    seen = set()
    while wanted:
        for spread in re.findall(r"\.\.\.(\w+)", wanted.pop()):
            if spread in fragments and spread not in seen:
                seen.add(spread)
                wanted.append(fragments[spread])
                document += fragments[spread] + "\n"
    return document


def variables(period_name):
    period = PERIODS[period_name]
    return {
        "filter": period,
        "period": period,
        "before": BEFORE.get(period_name),
        "compare": period_name in BEFORE,
        "open": {**period, "statuses": ["RUNNING"]},
        "timeZone": "Europe/Berlin",
        "metric": "APPROVAL_RATE",
    }


def row(label, figures):
    print(f"| {label} | " + " | ".join(f"{p50:.1f} | {p95:.1f} | {hand:.0f} ({hand / p50:.1f})" for p50, p95, hand in figures) + " |", flush=True)


class Reporter(threading.Thread):
    """Records completed runs over a plain socket, one after the other, until it is stopped."""

    def __init__(self, url, key, stop):
        super().__init__()
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self.connection.connect()
        self.stop, self.recorded = stop, 0
        body = (HERE / "completed_run.json").read_text()
        self.head = (
            f"POST /v1/admin/generation-runs HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Service-Key: {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body) - 8 + 36}\r\n\r\n").encode()
        self.before, self.after = (part.encode() for part in body.split("$RUN_ID$"))

    def run(self):
        socket = self.connection.sock
        while not self.stop.is_set():
            socket.sendall(self.head + self.before + str(uuid.uuid4()).encode() + self.after)
            answer = socket.recv(65536)
            if not answer.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(f"not recorded: {answer[:300]!r}")
            while not (answer.endswith(b"0\r\n\r\n") or complete(answer)):
                answer += socket.recv(65536)
            self.recorded += 1


def complete(answer):
    length = re.search(rb"content-length: (\d+)", answer, re.I)
    return length is not None and len(answer.partition(b"\r\n\r\n")[2]) >= int(length[1])


class Reader(threading.Thread):
    """Queries the overview over 30 days again and again until it is stopped."""

    def __init__(self, url, key, stop):
        super().__init__()
        self.server, self.stop, self.asked = Server(url, key), stop, 0

    def run(self):
        query = page("overview")
        while not self.stop.is_set():
            self.server.ask(query, variables("30 days"))
            self.asked += 1


def together(seconds, *threads):
    """Runs them for so long; returns what each group did per second."""
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    threads[0].stop.set()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    return (
        sum(thread.recorded for thread in threads if isinstance(thread, Reporter)) / took,
        sum(thread.asked for thread in threads if isinstance(thread, Reader)) / took)


def side_by_side(options, server):
    def eight(kind, stop):
        return [kind(options.url, options.key, stop) for _ in range(8)]

    def count():
        return json.loads(server.ask("{ summary { runs { total } } }"))["data"]["summary"]["runs"]["total"]

    stop = threading.Event()
    together(options.writers / 3, *eight(Reporter, stop))
    before = count()
    stop = threading.Event()
    writers = eight(Reporter, stop)
    writes, _ = together(options.writers, *writers)
    kept = count() - before
    stop = threading.Event()
    _, reads = together(options.writers, *eight(Reader, stop))
    stop = threading.Event()
    writes_beside, reads_beside = together(options.writers, *eight(Reporter, stop), *eight(Reader, stop))
    print(f"\n8 reporters alone: {writes:.0f} completed runs a second; {sum(w.recorded for w in writers)} answered, {kept} there")
    print(f"8 analysts alone: {reads:.1f} overviews a second")
    print(f"together: {writes_beside:.0f} ({writes_beside / writes:.2f}) and {reads_beside:.1f} ({reads_beside / reads:.2f})")


def questions():
    """Name, SQL by hand, document, and the variables of a period."""
    for name, sql in QUESTIONS.items():
        yield name, sql, (HERE / f"queries/{name}.graphql").read_text(), lambda period: {"filter": PERIODS[period]}
    for name, sql in PAGES.items():
        yield name, sql, page(name), variables


def warm_up(server):
    """Asks everything until the server's code is compiled: what is measured is a server that has been up for a while."""
    for _ in range(30):
        for _, _, query, variables_of in questions():
            for period in PERIODS:
                server.ask(query, variables_of(period))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--url", default="http://localhost:8080")
    arguments.add_argument("--key", required=True)
    arguments.add_argument("--dsn", required=True)
    arguments.add_argument("--seed", type=int)
    arguments.add_argument("--repeat", type=int, default=40)
    arguments.add_argument("--writers", type=int, metavar="SECONDS")
    options = arguments.parse_args()
    server = Server(options.url, options.key)
    if options.seed:
        psql(options.dsn, "-v", f"n={options.seed}", "-f", str(HERE / "seed_runs.sql"))
        server.ask("mutation { rebuildRollups { id } }")
        while json.loads(server.ask("{ rollupJob { state } }"))["data"]["rollupJob"]["state"] == "RUNNING":
            time.sleep(1)
        while psql(options.dsn, "-c", "SELECT 1 FROM streak_day WHERE stale_since IS NOT NULL LIMIT 1"):
            time.sleep(1)
        psql(options.dsn, "-c", "VACUUM ANALYZE")
    runs = json.loads(server.ask("{ summary { runs { total } } }"))["data"]["summary"]["runs"]["total"]
    warm_up(server)
    print(f"{runs} runs; milliseconds over HTTP, p50 and p95 of {options.repeat}; by hand: SQL over raw rows (times p50)\n")
    print("| question | " + " | ".join(f"{period} p50 | p95 | by hand" for period in PERIODS) + " |")
    print("|---" * (1 + 3 * len(PERIODS)) + "|")
    hands = {}

    def hand(names, period):
        for name in names:
            if (name, period) not in hands:
                hands[name, period] = by_hand(options.dsn, [name], PERIODS[period])
        return sum(hands[name, period] for name in names)

    for name, sql, query, variables_of in questions():
        row(name, [(*timed(lambda: server.ask(query, variables_of(period)), options.repeat), hand(sql, period)) for period in PERIODS])
    figures = []
    for period in PERIODS:
        query = urllib.parse.urlencode({
            "start_date": PERIODS[period].get("from", "0001-01-01"), "end_date": PERIODS[period].get("to", "9999-12-31")})
        work = timed(lambda: server.send("GET", f"/v1/admin/generation-runs/stats?{query}"), options.repeat)
        figures.append((*work, hand(["sums", "providers"], period)))
    row("REST stats", figures)
    listed = timed(lambda: server.send("GET", "/v1/admin/generation-runs?page=1"), options.repeat)
    print(f"\nREST list, page 1 with its total: p50 {listed[0]:.1f}, p95 {listed[1]:.1f}")
    query = (HERE / "queries/arbiterScores.graphql").read_text()
    filter = {**PERIODS["30 days"], **UNKNOWN_TO_ROLLUPS}
    raw = timed(lambda: server.ask(query, {"filter": filter}), options.repeat)
    same = by_hand(options.dsn, ["scores"], PERIODS["30 days"], "total_cost_usd >= 0.000001")
    print(f"30 days by a filter that no rollup knows: p50 {raw[0]:.1f}, the same SQL by hand {same:.1f} ({raw[0] / same:.2f})")
    if options.writers:
        side_by_side(options, server)


if __name__ == "__main__":
    main()
