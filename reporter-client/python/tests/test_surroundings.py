"""What a network asks of those within: proxies, certificates of its own."""

import os
import shutil
import ssl
import subprocess
import sys
import unittest

from tests.support import ReporterTestCase

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
REPORT = "from runledger_reporter import RunReporter; RunReporter.from_environment().report_run({}, 2)"


class SurroundingsTests(ReporterTestCase):
    def report(self, url, **variables):
        environment = {
            "PATH": os.environ.get("PATH", ""), "PYTHONPATH": ROOT, "RUNLEDGER_SPOOL_DIR": self.spool,
            "BACKEND_API_URL": url, "BACKEND_SERVICE_KEY": "a-key", "RUNLEDGER_EXIT_WAIT_SECONDS": "20", **variables,
        }
        command = [sys.executable, "-W", "error", "-c", REPORT]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual((0, "", ""), (ended.returncode, ended.stdout, ended.stderr))

    def test_a_proxy_is_used_as_the_environment_says(self):
        for name in ("HTTP_PROXY", "http_proxy"):
            with self.subTest(name):
                self.server.requests.clear()
                self.report("http://runledger.invalid/base", **{name: self.server.url.replace("//", "//me:secret@")})
                (_, url, _), headers, _ = self.server.requests[0]
                self.assertEqual("http://runledger.invalid/base/v1/admin/generation-runs", url)
                self.assertEqual("Basic bWU6c2VjcmV0", headers["proxy-authorization"])
                self.assertEqual([], self.files("queue"))

    def test_a_host_that_needs_no_proxy_is_asked_directly(self):
        self.report(self.server.url, HTTP_PROXY=self.nobody_listening(), NO_PROXY="127.0.0.1")
        self.assertEqual([], self.files("queue"))
        self.assertEqual(1, len(self.server.ledger.runs))

    @unittest.skipUnless(shutil.which("openssl"), "nothing to make a certificate with")
    def test_a_certificate_of_ones_own_is_trusted_if_the_environment_says_so_and_no_other(self):
        key, certificate = (os.path.join(self.directory, name) for name in ("key.pem", "certificate.pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
            check=True, capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        url = self.server.url.replace("http:", "https:")
        self.report(url, RUNLEDGER_EXIT_WAIT_SECONDS="2")
        self.assertEqual(1, len(self.files("queue")), "it is kept for a server that can be trusted")
        (retry,) = self.retries()
        self.assertIn("certificate", retry["error"])
        self.report(url, SSL_CERT_FILE=certificate)
        self.assertEqual(([], 2), (self.files("queue"), len(self.server.ledger.runs)))


if __name__ == "__main__":
    unittest.main()
