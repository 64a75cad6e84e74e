"""Builds wheel and sdist with the standard library alone (PEP 517, PEP 660), so that ``pip install .`` works offline.

The one file ``runledger_reporter.py`` becomes the package ``runledger_reporter``: type checkers believe a marker
``py.typed`` in a package only.
"""

import ast
import base64
import gzip
import hashlib
import io
import os
import re
import tarfile
import zipfile

ROOT = os.path.dirname(os.path.abspath(__file__))
MODULE = "runledger_reporter.py"
COMMAND = "runledger"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file knows: the same source gives the same bytes


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = {"runledger_reporter/__init__.py": _read(MODULE), "runledger_reporter/py.typed": b""}
    files.update({name: _read(name) for name in _sources(COMMAND)})
    return _write_wheel(wheel_directory, files)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return _write_wheel(wheel_directory, {"runledger_reporter_editable.pth": (ROOT + "\n").encode()})


def build_sdist(sdist_directory, config_settings=None):
    base = _base()
    names = [MODULE, "build_backend.py", "pyproject.toml", "README.md", "LICENSE", *_sources(COMMAND)]
    files = {name: _read(name) for name in names}
    files["PKG-INFO"] = _metadata()
    path = base + ".tar.gz"
    with open(os.path.join(sdist_directory, path), "wb") as file:
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for name, content in sorted(files.items()):
                    entry = tarfile.TarInfo(base + "/" + name)
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
    return path


def _write_wheel(directory, files):
    info = _base() + ".dist-info/"
    files = {
        **files,
        info + "METADATA": _metadata(),
        info + "WHEEL": b"Wheel-Version: 1.0\nGenerator: build_backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        info + "entry_points.txt": _entry_points(),
        info + "licenses/LICENSE": _read("LICENSE"),
    }
    record = "".join("%s,sha256=%s,%d\n" % (name, _digest(content), len(content)) for name, content in files.items())
    files[info + "RECORD"] = (record + info + "RECORD,,\n").encode()
    path = _base() + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, path), "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            wheel.writestr(entry, content)
    return path


def _base():
    return "%s-%s" % (_tables()["project"]["name"].replace("-", "_"), _version())


def _version():
    return re.search(r'^__version__ = "(.+)"$', _read(MODULE).decode(), re.MULTILINE)[1]


def _metadata():
    project = _tables()["project"]
    lines = [
        "Metadata-Version: 2.4",
        "Name: " + project["name"],
        "Version: " + _version(),
        "Summary: " + project["description"],
        "Keywords: " + ",".join(project["keywords"]),
        *("Classifier: " + classifier for classifier in project["classifiers"]),
        "License-Expression: " + project["license"],
        "License-File: LICENSE",
        "Requires-Python: " + project["requires-python"],
        *("Requires-Dist: " + dependency for dependency in project["dependencies"]),
        "Description-Content-Type: text/markdown",
    ]
    return "\n".join([*lines, "", _read(project["readme"]).decode()]).encode()


def _entry_points():
    scripts = _tables()["project.scripts"]
    return "".join(["[console_scripts]\n", *("%s = %s\n" % script for script in scripts.items())]).encode()


def _tables():
    """The tables of pyproject.toml: values there are spelled as in Python, for tomllib is not in Python 3.9."""
    tables = {}
    for line in _read("pyproject.toml").decode().splitlines():
        if line.startswith("["):
            table = tables[line.strip("[]")] = {}
        elif line:
            name, value = line.split(" = ", 1)
            table[name] = ast.literal_eval(value)
    return tables


def _sources(package):
    names = sorted(os.listdir(os.path.join(ROOT, package)))
    return [package + "/" + name for name in names if name.endswith((".py", ".typed"))]


def _read(name):
    with open(os.path.join(ROOT, name), "rb") as file:
        return file.read()


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
