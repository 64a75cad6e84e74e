"""What is built installs into an empty environment, with nothing but what is at hand."""

import email
import glob
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import venv
import zipfile

import build_backend
import runledger_reporter
from tests.support import Server, a_summary

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1", "HOME": "/nonexistent"}


class PackageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="runledger-package-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.wheel = os.path.join(cls.directory, build_backend.build_wheel(cls.directory))
        cls.sdist = os.path.join(cls.directory, build_backend.build_sdist(cls.directory))

    def environment(self, *what):
        """An empty virtual environment into which this is installed; the path of its programs."""
        path = tempfile.mkdtemp(prefix="runledger-venv-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        venv.create(path, with_pip=True)
        programs = os.path.join(path, "bin")
        self.ran(os.path.join(programs, "python"), "-m", "pip", "install", *what)
        return programs

    def ran(self, *command, **variables):
        variables = {"PATH": os.environ.get("PATH", ""), **OFFLINE, **variables}
        ended = subprocess.run(
            command, env=variables, cwd=self.directory, capture_output=True, text=True, timeout=300
        )
        self.assertEqual(0, ended.returncode, ended.stdout + ended.stderr)
        return ended.stdout

    def assert_works(self, programs):
        python = os.path.join(programs, "python")
        version = "import runledger_reporter as r; print(r.__version__, r.RunReporter.__name__)"
        self.assertEqual(runledger_reporter.__version__ + " RunReporter\n", self.ran(python, "-I", "-c", version))
        server = Server()
        self.addCleanup(server.stop)
        variables = {
            "BACKEND_API_URL": server.url, "BACKEND_SERVICE_KEY": "a-key", "RUNLEDGER_EXIT_WAIT_SECONDS": "20",
            "RUNLEDGER_SPOOL_DIR": os.path.join(tempfile.mkdtemp(dir=self.directory), "spool"),
        }
        runledger = os.path.join(programs, "runledger")
        self.ran(runledger, "run", "--", "true", **variables)
        self.assertEqual(["success"], [run["status"] for run in server.ledger.runs.values()])
        self.assertIn("waiting: 0", self.ran(runledger, "status", "--strict", **variables))
        self.assertIn("delivered: 0", self.ran(runledger, "flush", "--strict", **variables))

    def test_the_wheel_installs_into_an_empty_environment_and_works(self):
        self.assert_works(self.environment(self.wheel))

    def test_the_sdist_installs_without_an_index(self):
        self.assert_works(self.environment(self.sdist))

    def test_the_folder_installs_without_an_index_editable_too(self):
        self.assert_works(self.environment(ROOT))
        self.assert_works(self.environment("--editable", ROOT))

    def test_the_wheel_says_what_it_is(self):
        with zipfile.ZipFile(self.wheel) as wheel:
            names = set(wheel.namelist())
            (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
            told = email.message_from_bytes(wheel.read(metadata))
            record = wheel.read(metadata.replace("METADATA", "RECORD")).decode().split()
            module = wheel.read("runledger_reporter/__init__.py")
        self.assertEqual(("runledger-reporter", runledger_reporter.__version__, ">=3.9", "Apache-2.0", None), tuple(
            told[name] for name in ("Name", "Version", "Requires-Python", "License-Expression", "Requires-Dist")
        ))
        self.assertEqual({"runledger_reporter/py.typed", "runledger/py.typed"}, {n for n in names if "py.typed" in n})
        self.assertEqual(names, {line.split(",")[0] for line in record})
        with open(runledger_reporter.__file__, "rb") as file:
            self.assertEqual(file.read(), module, "one file, to copy or to install")

    def test_the_same_source_gives_the_same_bytes(self):
        again = tempfile.mkdtemp(dir=self.directory)
        for built, name in (
            (self.wheel, build_backend.build_wheel(again)), (self.sdist, build_backend.build_sdist(again))
        ):
            with open(built, "rb") as one, open(os.path.join(again, name), "rb") as other:
                self.assertEqual(one.read(), other.read())

    def test_the_sdist_builds_the_same_wheel(self):
        source = tempfile.mkdtemp(dir=self.directory)
        with tarfile.open(self.sdist) as archive:
            archive.extractall(source, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        (root,) = glob.glob(os.path.join(source, "*"))
        self.ran(sys.executable, "-c", "import build_backend; build_backend.build_wheel('.')", PYTHONPATH=root)
        with open(os.path.join(self.directory, os.path.basename(self.wheel)), "rb") as file:
            rebuilt = file.read()
        with tempfile.TemporaryDirectory() as fresh, open(
            os.path.join(fresh, build_backend.build_wheel(fresh)), "rb"
        ) as file:
            self.assertEqual(rebuilt, file.read())

    def test_the_one_file_works_wherever_it_is_copied(self):
        copy = tempfile.mkdtemp(dir=self.directory)
        shutil.copy(runledger_reporter.__file__, copy)
        script = "import sys; sys.path.insert(0, %r); from runledger_reporter import *" % copy
        script += "\nprint(completion_payload(%r, 3)['status'])" % a_summary()
        self.assertEqual("partial_failure\n", self.ran(sys.executable, "-I", "-c", script))

    @unittest.skipUnless(shutil.which("mypy"), "no type checker to ask")
    def test_a_type_checker_believes_the_installed_package(self):
        programs = self.environment(self.wheel)
        path = os.path.join(self.directory, "pipeline.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write("from runledger_reporter import RunReporter\nreveal_type(RunReporter('', '').flush)\n"
                       "RunReporter('', '').run(questions_requested='many')\n")
        python = os.path.join(programs, "python")
        command = [shutil.which("mypy"), "--python-executable", python, "--cache-dir=/dev/null", path]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=self.directory)
        if ended.returncode > 1:
            self.skipTest("the type checker knows no Python as new as this: " + ended.stderr[-200:])
        self.assertIn('has incompatible type "str"; expected "int"', ended.stdout)
        self.assertNotIn("py.typed", ended.stdout)


if __name__ == "__main__":
    unittest.main()
