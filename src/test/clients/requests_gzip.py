"""Python's requests with compressed bodies; urllib with the same bytes where requests is not installed."""
import gzip
import json
import os
import urllib.error
import urllib.request
import uuid

try:
    import requests
except ImportError:
    requests = None

SERVER = os.environ["RUNLEDGER_URL"]
HEADERS = {"X-Service-Key": os.environ["RUNLEDGER_REPORTER_KEY"], "Content-Type": "application/json"}


def post(path, body, encoding="gzip"):
    """Sends the bytes, and returns status, headers and text."""
    headers = {**HEADERS, "Content-Encoding": encoding}
    if requests:
        answer = requests.post(SERVER + path, data=body, headers=headers, timeout=60)
        return answer.status_code, answer.headers, answer.text
    request = urllib.request.Request(SERVER + path, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def check(condition, seen):
    if not condition:
        raise SystemExit("Saw %r" % (seen,))


def run(**more):
    return json.dumps({
        "client_run_id": "clients-%s" % uuid.uuid4(), "started_at": "2026-11-01T03:00:00Z", "status": "running",
        "questions_requested": 10, **more,
    }).encode()


RUNS = "/v1/admin/generation-runs"

seen = post(RUNS, gzip.compress(run()))
check(seen[0] == 201, seen)
seen = post(RUNS, run(), "identity")
check(seen[0] == 201, seen)
seen = post("/graphql", gzip.compress(b'{"query": "{ summary { runs { total } } }"}'))
check(seen[0] == 200 and "total" in json.loads(seen[2])["data"]["summary"]["runs"], seen)

# Beyond 1 MiB once inflated, be it by a little or by a thousand times.
for size in (1 << 20, 1 << 30):
    bomb = gzip.compress(b'{"started_at": "' + b"x" * size + b'"}', 1)
    seen = post(RUNS, bomb)
    check(seen[0] == 413 and "detail" in json.loads(seen[2]), seen)
    seen = post("/graphql", bomb)
    check(seen[0] == 413 and "errors" in json.loads(seen[2]), seen)
# Large before it is inflated, and nothing afterwards.
seen = post(RUNS, gzip.compress(b"") * 60_000)
check(seen[0] == 400, seen)

for path, part in ((RUNS, "detail"), ("/graphql", "errors")):
    for body in (b"not gzip", gzip.compress(run())[:-9], b" "):
        seen = post(path, body)
        check(seen[0] == 400 and part in json.loads(seen[2]), seen)
    for encoding in ("br", "deflate", "zstd", "gzip, gzip", "nonsense"):
        seen = post(path, gzip.compress(run()), encoding)
        check(seen[0] == 415 and part in json.loads(seen[2]) and seen[1]["Accept-Encoding"] == "gzip", seen)

print("requests %s" % requests.__version__ if requests else "urllib, as requests is not installed")
