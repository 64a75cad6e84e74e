#!/usr/bin/env python3
"""Times how soon the overview's first chart is drawn, in turns on two servers, such as this version and one before it.

Needs Chromium, and two running servers with the same ledger; nothing else should be running:

    python3 bench/first_chart.py --rounds 30 http://localhost:8080#key=$KEY http://localhost:8081#key=$OTHER

Each round opens each server's overview in a new profile, with nothing cached, and reloads it, in an order that alternates. The
figures are milliseconds from the beginning of the navigation to the frame that shows a chart's canvas. All servers go
through the same browser, whose first two rounds do not count.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

WARM_UP = 2
PATIENCE_S = 60
SETTLE_S = 2
WATCH = """new MutationObserver((_, watching) => {
  if (!document.querySelector('.chart canvas')) return;
  watching.disconnect();
  requestAnimationFrame(() => drawn(String(performance.timeOrigin + performance.now())));
}).observe(document, { childList: true, subtree: true })"""


class Browser:
    """Chromium, asked by its debugging protocol over a pipe: messages are JSON, each ended by a zero byte."""

    def __init__(self, executable):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        command = [executable, "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-background-networking", "--user-data-dir=" + self.profile.name]

        def fds():
            os.dup2(theirs_in, 3)
            os.dup2(theirs_out, 4)

        # Chromium expects the pipes at 3 and 4, which may be any of ours here: move them out of the way first.
        theirs_in, theirs_out = (os.dup(os.dup(os.dup(each))) for each in (theirs_in, theirs_out))
        self.process = subprocess.Popen(command, preexec_fn=fds, close_fds=False, stderr=subprocess.DEVNULL)
        self.out, self.into = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
        os.close(theirs_in)
        os.close(theirs_out)
        self.last, self.rest = 0, b""

    def ask(self, method, session=None, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        self.out.write(json.dumps(message).encode() + b"\0")
        self.out.flush()
        while True:
            answer = self.read()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def read(self):
        while b"\0" not in self.rest:
            read = self.into.read1(1 << 16)
            if not read:
                raise RuntimeError("the browser ended")
            self.rest += read
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def close(self):
        self.ask("Browser.close")
        self.process.wait(PATIENCE_S)
        self.profile.cleanup()


def first_charts(browser, url):
    """Of a first visit, and of a second one."""
    context = browser.ask("Target.createBrowserContext")["browserContextId"]
    target = browser.ask("Target.createTarget", url="about:blank", browserContextId=context, width=1280, height=900)["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.ask("Page.enable", session)
    browser.ask("Runtime.enable", session)
    browser.ask("Runtime.addBinding", session, name="drawn")
    browser.ask("Page.addScriptToEvaluateOnNewDocument", session, source=WATCH)
    times = []
    for navigate in (lambda: browser.ask("Page.navigate", session, url=url), lambda: browser.ask("Page.reload", session)):
        began = time.time() * 1000
        navigate()
        while (message := browser.read()).get("method") != "Runtime.bindingCalled":
            pass
        times.append(float(message["params"]["payload"]) - began)
        # What else the page asks and draws is not to slow down the next.
        time.sleep(SETTLE_S)
    browser.ask("Target.disposeBrowserContext", browserContextId=context)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("urls", nargs=2, metavar="URL")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--browser", default="chromium")
    options = parser.parse_args()
    browser = Browser(options.browser)
    times = {url: [] for url in options.urls}
    for round_ in range(options.rounds + WARM_UP):
        for url in options.urls[:: 1 if round_ % 2 else -1]:
            measured = first_charts(browser, url)
            if round_ >= WARM_UP:
                times[url].append(measured)
    browser.close()
    for visit, name in enumerate(("first visit", "again")):
        each = {url: [measured[visit] for measured in times[url]] for url in options.urls}
        ratios = sorted(a / b for a, b in zip(*each.values()))
        for url, values in each.items():
            print(f"{name}: {url.split('#')[0]} p50 {statistics.median(values):.0f} ms, p95 {sorted(values)[int(len(values) * 0.95)]:.0f} ms")
        print(f"{name}: ratio of medians {statistics.median(each[options.urls[0]]) / statistics.median(each[options.urls[1]]):.2f},"
              f" median of ratios {statistics.median(ratios):.2f} ({ratios[len(ratios) // 20]:.2f} to {ratios[-1 - len(ratios) // 20]:.2f})")


if __name__ == "__main__":
    main()
