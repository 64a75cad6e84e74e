#!/usr/bin/env python3
"""Asks a small server the worst queries that its limits let pass, many at once, and watches what everybody else notices of it.

Needs a running server with an empty or a well-filled ledger, and nothing else on the machine:

    java -Xmx512m -jar target/runledger.jar &
    python3 bench/hostile.py --url http://localhost:8080 --analyst $ANALYST --reporter $REPORTER --pid $! --seconds 60

Twenty clients with the analyst's key send the documents below by turns. Meanwhile one asks for health and one with the
reporter's key reports runs, ten times a second each. Last the server gets SIGTERM while the clients go on. It fails if the
server answers anything but an answer or a typed refusal, if health takes more than a second, if the 95th percentile of
reporting is above 250 ms, if memory does not come back, or if the stop takes more than 30 seconds.
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import urllib.parse
import uuid

CLIENTS = 20
METRICS = [
    "APPROVAL_RATE", "ARBITER_SCORE", "DURATION", "DUPLICATE_RATE", "OVERALL_SUCCESS_RATE", "RUN_SUCCESS_RATE",
    "GENERATION_SUCCESS_RATE", "ERRORS_PER_RUN", "COST_PER_RUN", "DURATION_PER_QUESTION",
]
HOURS = 'filter: {from: "2025-06-01T00:00:00Z", to: "2025-08-23T08:00:00Z"}, granularity: HOUR'
DAYS = 'filter: {from: "2021-01-01T00:00:00Z", to: "2026-06-01T00:00:00Z"}, granularity: DAY'
LEAVES = "startsAt endsAt value numerator denominator runs interval { low high }"
RUN = "id status providerMetrics errorSummary typeMetrics costByProvider warnings { message } providers { provider } errors { byCategory { category errors } }"


def times(count, text):
    return " ".join(text.replace("@", str(i)) for i in range(count))


def documents():
    """By name, a body each."""
    metrics = "[%s]" % ", ".join(METRICS)
    queries = {
        "points": "{ trend(metrics: %s, %s) { %s } }" % (metrics, DAYS, times(8, "p@: points { %s }" % times(15, "v@: value"))),
        "points in hours": "{ trend(metrics: %s, %s) { points { %s } } }" % (metrics, HOURS, LEAVES),
        "many trends": "{ %s }" % times(20, "t@: trend(metrics: %s, %s) { points { %s } verdict { words } }" % (metrics, DAYS, LEAVES)),
        "verdicts": "{ %s }" % times(2, "t@: trend(metrics: %s, %s) { %s }" % (metrics, HOURS, times(20, "v@: verdict { words slopePerWeek }"))),
        "verdicts of other confidence": "{ %s }" % times(20, "t@: trend(metrics: %s, %s, confidence: 0.9@) { verdict { words } }" % (metrics[:60].rsplit(",", 1)[0] + "]", HOURS)),
        "timelines": "{ %s }" % times(20, "t@: timeline(%s) { %s }" % (HOURS, times(6, "r@: runs { total finished running success } "))),
        "groups": "{ %s }" % times(20, "g@: promptVersions { %s providers { provider trend(metric: PROVIDER_SUCCESS_RATE, granularity: WEEK) { points { %s } } } }" % (times(3, "t@: trend(metric: APPROVAL_RATE, granularity: WEEK) { points { value } verdict { words } }"), "value")),
        "runs": "{ %s }" % times(20, "r@: runs(first: 100) { nodes { %s } pageInfo { hasNextPage } totalCount }" % RUN),
        "runs through edges": "{ %s }" % times(20, "r@: runs(first: 100) { edges { %s } }" % times(5, "n@: node { %s }" % "id providerMetrics errorSummary warnings { message }")),
        "errors": "{ %s }" % times(10, "r@: runs(first: 100) { nodes { %s } }" % times(20, "d@: durationPerBatch(size: 0)")),
        "change points": "{ %s }" % times(20, "c@: changePoints(metric: APPROVAL_RATE, confidence: 0.9@) { changes { at } }"),
        "percentiles and streaks": "{ %s }" % times(20, "s@: summary(filter: {costUsd: {min: 0.000000@}}) { duration { p50 p95 p99 } %s }" % times(10, "s@: streaks(below: 0.3@) { longest }")),
        "comparisons": "{ %s }" % times(20, 'c@: comparePromptVersions(baseline: "v1.0", candidate: "v2.0", metrics: %s, filter: {lastDays: 36500, costUsd: {min: 0.000000@}}) { comparisons { %s } }' % (metrics, times(20, "v@: verdict"))),
        "introspection": "{ __schema { types { name description fields { name description args { name description defaultValue } } } } }",
        "introspection of types": "{ %s }" % times(20, "t@: __type(name: \"Summary\") { fields { name args { name } } }"),
        "fragments": "{ ...F0 } " + " ".join("fragment F%d on Query { ...F%d ...F%d }" % (i, i + 1, i + 1) for i in range(30)) + " fragment F30 on Query { __typename }",
        "nesting": "{ %s }" % ("a { " * 150 + "b" + " }" * 150),
        "aliases": "{ %s }" % times(900, "a@: __typename"),
        "tokens": "{ %s }" % ("a " * 4900),
        "literal": "{ runs(filter: {environments: [%s]}) { totalCount } }" % ", ".join('"%d"' % i for i in range(2000)),
        "lists in lists": "{ runs(filter: {environments: %s\"a\"%s}) { totalCount } }" % ("[" * 150, "]" * 150),
    }
    bodies = {name: json.dumps({"query": query}) for name, query in queries.items()}
    by_variable = "query ($f: RunFilter) { summary(filter: $f) { runs { total } } }"
    bodies["empty lists"] = json.dumps({"query": by_variable, "variables": {"f": {"environments": [[]] * 250_000}}}, separators=(",", ":"))
    bodies["empty objects"] = json.dumps({"query": by_variable, "variables": {"f": [{}] * 250_000}}, separators=(",", ":"))
    bodies["numbers"] = json.dumps({"query": by_variable, "variables": {"f": [1.5e300] * 100_000}}, separators=(",", ":"))
    bodies["mutation of an analyst"] = json.dumps({"query": "mutation ($i: RunCompletionInput!) { recordRunCompletion(input: $i) { outcome } }", "variables": {"i": {"startedAt": "2025-01-01", "status": "FAILED", "questionsRequested": 1, "errorSummary": [[]] * 250_000}}}, separators=(",", ":"))
    bodies["batch"] = json.dumps([{"query": "{ summary { runs { total } } }"}] * 10_000)
    return bodies


class Client:
    def __init__(self, url, key):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self.key = key
        self.connection = None

    def send(self, method, path, body=None, timeout=60):
        """Status and text; a closed connection has status 0."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*self.address, timeout=timeout)
            self.connection.request(method, path, body, {"X-Service-Key": self.key, "Content-Type": "application/json"})
            response = self.connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as fault:
            self.connection = None
            return 0, repr(fault).encode()


def kind(status, text):
    codes = set(re.findall(rb'"extensions":\{"code":"(\w+)"', text))
    if status == 200 and not codes:
        return "answered"
    if status in (200, 400, 408, 413, 503) and codes and b"INTERNAL_ERROR" not in codes:
        return b"+".join(sorted(codes)).decode()
    return "UNTYPED: %d %s" % (status, text[:200])


def analyst(url, key, bodies, first, stop, seen):
    client = Client(url, key)
    names = list(bodies)
    turn = first
    while not stop.is_set():
        name = names[turn % len(names)]
        start = time.perf_counter()
        result = kind(*client.send("POST", "/graphql", bodies[name]))
        seen.append((name, result, time.perf_counter() - start))
        turn += 1


def every_tenth(stop, work, taken):
    while not stop.is_set():
        start = time.perf_counter()
        fault = work()
        taken.append((time.perf_counter() - start, fault))
        stop.wait(max(0, 0.1 - (time.perf_counter() - start)))


def report(client):
    run = {
        "client_run_id": str(uuid.uuid4()), "started_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "status": "success",
        "questions_requested": 50, "questions_generated": 49, "questions_evaluated": 49, "questions_approved": 36,
        "environment": "hostile", "prompt_version": "v2.1",
        "provider_metrics": {"openai": {"generated": 49, "failures": 1, "api_calls": 60}},
    }
    status, text = client.send("POST", "/v1/admin/generation-runs", json.dumps(run), 10)
    return None if status == 201 else "%d %s" % (status, text[:100])


def health(client):
    status, text = client.send("GET", "/actuator/health", None, 10)
    return None if status == 200 else "%d %s" % (status, text[:100])


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def heap(pid):
    """Megabytes of live objects, after a full collection."""
    jcmd = pathlib.Path(os.readlink("/proc/%d/exe" % pid)).parent / "jcmd"
    subprocess.run([jcmd, str(pid), "GC.run"], check=True, capture_output=True)
    text = subprocess.run([jcmd, str(pid), "GC.heap_info"], check=True, capture_output=True, text=True).stdout
    return sum(int(used) for used in re.findall(r"(?:heap|generation)\s+total \d+K, used (\d+)K", text)) / 1024


def alive(pid):
    try:
        return open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--url", "--analyst", "--reporter"):
        options.add_argument(name, required=True)
    options.add_argument("--pid", type=int, required=True, help="the server's process")
    options.add_argument("--seconds", type=int, default=60)
    given = options.parse_args()
    bodies = documents()
    faults = []

    single = Client(given.url, given.analyst)
    print("| document | bytes | alone, s | it gets |\n|---|---|---|---|")
    for name, body in bodies.items():
        start = time.perf_counter()
        status, text = single.send("POST", "/graphql", body)
        result = kind(status, text)
        message = re.search(rb'"message":"(.*?)"', text) if result != "answered" else None
        print("| %s | %d | %.1f | %s%s |" % (name, len(body), time.perf_counter() - start, result, ": " + message[1].decode() if message else ", %d bytes" % len(text)), flush=True)
        if result.startswith("UNTYPED"):
            faults.append("%s: %s" % (name, result))

    before = heap(given.pid)
    stop, seen, reported, checked = threading.Event(), [], [], []
    reporter, watcher = Client(given.url, given.reporter), Client(given.url, given.analyst)
    threads = [threading.Thread(target=analyst, args=(given.url, given.analyst, bodies, i, stop, seen)) for i in range(CLIENTS)]
    others = threading.Event()
    beside = [
        threading.Thread(target=every_tenth, args=(others, lambda: report(reporter), reported)),
        threading.Thread(target=every_tenth, args=(others, lambda: health(watcher), checked)),
    ]
    for thread in threads + beside:
        thread.start()
    time.sleep(given.seconds)
    others.set()
    stop.set()
    for thread in threads + beside:
        thread.join()
    counts = collections.Counter(result for _, result, _ in seen)
    slowest = max(seconds for _, _, seconds in seen)
    print("\n%d requests of %d clients, the slowest %.1f s: %s" % (len(seen), CLIENTS, slowest, dict(counts)))
    faults += ["%s: %s" % (name, result) for name, result, _ in seen if result.startswith("UNTYPED")]
    for name, taken, share, limit in (("health", checked, 1.0, 1.0), ("reporting", reported, 0.95, 0.25)):
        seconds = [second for second, _ in taken]
        print("%s, %d times: p50 %.0f ms, p95 %.0f ms, max %.0f ms" % (
            name, len(taken), quantile(seconds, 0.5) * 1000, quantile(seconds, 0.95) * 1000, max(seconds) * 1000))
        faults += ["%s: %s" % (name, fault) for _, fault in taken if fault]
        if quantile(seconds, share) > limit:
            faults.append("%s takes too long" % name)
    time.sleep(5)
    after = heap(given.pid)
    print("live heap before %.0f MB, after %.0f MB" % (before, after))
    if after > before * 1.2 + 20:
        faults.append("memory is not back")

    stop.clear()
    threads = [threading.Thread(target=analyst, args=(given.url, given.analyst, bodies, i, stop, []), daemon=True) for i in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    start = time.perf_counter()
    os.kill(given.pid, signal.SIGTERM)
    while alive(given.pid) and time.perf_counter() - start < 60:
        time.sleep(0.1)
    ended = time.perf_counter() - start
    stop.set()
    print("SIGTERM ended it in %.1f s" % ended)
    if ended > 30:
        faults.append("the stop took too long")
    if faults:
        raise SystemExit("Failed:\n" + "\n".join(faults[:20]))


main()
