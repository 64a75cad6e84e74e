#!/usr/bin/env python3
"""Runs a server under a steady load for long, and says whether its memory stays flat and nothing that was answered is lost.

8 reporters, 4 analysts and 20 subscriptions at once; in the middle the database is restarted by a command. Needs a running server,
an admin's key, and a database that is best not one that you need:

    python3 bench/soak.py --url http://localhost:8080 --key $KEY --pid $(pgrep -f runledger.jar) --minutes 60 \\
        --restart 'systemctl restart postgresql'

Ends with 1 if a run that was answered is missing, if a request failed for another reason than the restart, or if the memory of the
last quarter is more than a tenth above that of the second one (the first one warms up).
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid
from datetime import datetime, timedelta, timezone

QUERY = """{ summary(filter: {lastDays: 30}) { runs { total } approvalRate arbiterScore { mean } }
             providers(filter: {lastDays: 30}) { provider approvalRate } errorCategories(filter: {lastDays: 7}) { key failedRuns }
             runs(first: 20) { totalCount nodes { id status } } }"""
SUBSCRIPTION = "subscription { runChanged { kind run { id status } } }"
GRACE_SECONDS = 30


class Soak:
    def __init__(self, options):
        self.options = options
        self.address = urllib.parse.urlsplit(options.url)
        self.ends = 0
        self.restarted = None
        self.environment = "soak-" + uuid.uuid4().hex[:8]
        self.lock = threading.Lock()
        self.answered, self.queries, self.events, self.failures = set(), 0, 0, []

    def connect(self):
        return http.client.HTTPConnection(self.address.hostname, self.address.port or 80, timeout=60)

    def post(self, connection, path, body, **headers):
        connection.request("POST", self.address.path + path, json.dumps(body),
                           {"Content-Type": "application/json", "X-Service-Key": self.options.key, **headers})
        return connection.getresponse()

    def going_on(self):
        return time.monotonic() < self.ends

    def failed(self, what):
        """Around the restart requests may fail; they are tried again, as reporters do."""
        if self.restarted is None or time.monotonic() - self.restarted > GRACE_SECONDS:
            with self.lock:
                self.failures.append(what)
        time.sleep(1)

    def again(self, work):
        connection = self.connect()
        while self.going_on():
            try:
                work(connection)
            except (OSError, http.client.HTTPException) as failure:
                self.failed(repr(failure))
                connection.close()
                connection = self.connect()

    def report(self, connection):
        start = datetime.now(timezone.utc) - timedelta(seconds=random.randrange(30 * 86400))
        run = {"client_run_id": uuid.uuid4().hex, "started_at": start.isoformat(), "status": "success",
               "completed_at": (start + timedelta(minutes=5)).isoformat(), "environment": self.environment,
               "questions_requested": 50, "questions_generated": 49, "questions_evaluated": 49,
               "questions_approved": random.randrange(20, 49), "avg_arbiter_score": 0.7,
               "provider_metrics": {"openai": {"generated": 49, "api_calls": 60, "failures": 1}}}
        answer = self.post(connection, "/v1/admin/generation-runs", run)
        body = answer.read()
        if answer.status == 201:
            with self.lock:
                self.answered.add(json.loads(body)["id"])
        else:
            self.failed(f"report {answer.status} {body[:200]}")
        time.sleep(self.options.pause)

    def ask(self, connection):
        answer = self.post(connection, "/graphql", {"query": QUERY})
        body = answer.read()
        if answer.status != 200 or b'"errors":' in body:
            self.failed(f"query {answer.status} {body[:200]}")
        else:
            with self.lock:
                self.queries += 1
        time.sleep(0.2)

    def subscribe(self, connection):
        answer = self.post(connection, "/graphql", {"query": SUBSCRIPTION}, Accept="text/event-stream")
        if answer.status != 200:
            self.failed(f"subscription {answer.status}")
        while self.going_on() and (line := answer.readline()):
            if line.startswith(b"event: next") or line.startswith(b"event:next"):
                with self.lock:
                    self.events += 1
        answer.close()
        connection.close()

    def memory(self):
        with open(f"/proc/{self.options.pid}/status") as status:
            return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))

    def stored(self):
        connection = self.connect()
        query = 'query($e: String!) { summary(filter: {environments: [$e]}) { runs { total } } }'
        answer = self.post(connection, "/graphql", {"query": query, "variables": {"e": self.environment}})
        return json.loads(answer.read())["data"]["summary"]["runs"]["total"]

    def await_start(self):
        while True:
            try:
                connection = self.connect()
                connection.request("GET", self.address.path + "/actuator/health/readiness")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(1)

    def run(self):
        self.await_start()
        self.ends = time.monotonic() + 60 * self.options.minutes
        works = [self.report] * 8 + [self.ask] * 4 + [self.subscribe] * 20
        threads = [threading.Thread(target=self.again, args=(work,), daemon=True) for work in works]
        for thread in threads:
            thread.start()
        samples, begun = [], time.monotonic()
        print("minute  RSS MB   reports   queries    events  failures")
        while self.going_on():
            time.sleep(min(60, 15 * self.options.minutes))
            samples.append(self.memory())
            print(f"{(time.monotonic() - begun) / 60:6.1f} {samples[-1]:7d} {len(self.answered):9d} {self.queries:9d}"
                  f" {self.events:9d} {len(self.failures):9d}", flush=True)
            if self.options.restart and self.restarted is None and time.monotonic() - begun > 30 * self.options.minutes:
                self.restarted = time.monotonic()
                subprocess.run(self.options.restart, shell=True, check=True)
        for thread in threads[:12]:
            thread.join(90)
        stored = self.stored()
        quarter = max(1, len(samples) // 4)
        second, last = statistics.median(samples[quarter:2 * quarter]), statistics.median(samples[-quarter:])
        print(f"answered {len(self.answered)}, stored {stored}; RSS {second:.0f} MB in the second quarter, {last:.0f} MB in the last")
        for failure in self.failures[:10]:
            print("failed:", failure)
        return 1 if stored < len(self.answered) or self.failures or last > 1.1 * second else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8080")
    parser.add_argument("--key", required=True)
    parser.add_argument("--pid", type=int, required=True, help="the server's process")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--pause", type=float, default=0, help="seconds that each reporter waits after a report")
    parser.add_argument("--restart", help="restarts the database, in the middle")
    sys.exit(Soak(parser.parse_args()).run())
