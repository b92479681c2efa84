"""Builds the wheel of the Python package: CMake compiles, this file zips (PEP 517, no dependencies).

The build folder is kept, ``build/wheel-cp311`` for Python 3.11, so that a second installation compiles
only what changed. The environment's ``CMAKE_ARGS`` are handed to CMake.
"""

import base64
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
_DATE = (1980, 1, 1, 0, 0, 0)  # the same sources give the same bytes


class UnsupportedOperation(Exception):
    """What PEP 517 wants raised where there is no source distribution."""


def _version():
    text = (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(thalweg VERSION ([0-9.]+)", text)[1]


def _tag():
    python = "cp%d%d" % sys.version_info[:2]
    return "%s-%s-%s" % (python, python, re.sub(r"[-.]", "_", sysconfig.get_platform()))


def _metadata():
    with open(SOURCE / "pyproject.toml", "rb") as stream:
        project = tomllib.load(stream)["project"]
    lines = ["Metadata-Version: 2.1", "Name: " + project["name"], "Version: " + _version()]
    lines += ["Summary: " + project["description"], "Requires-Python: " + project["requires-python"]]
    lines += ["Requires-Dist: " + needed for needed in project["dependencies"]]
    for extra, needed in project["optional-dependencies"].items():
        lines.append("Provides-Extra: " + extra)
        lines += ["Requires-Dist: %s; extra == '%s'" % (name, extra) for name in needed]
    readme = SOURCE / project["readme"]
    body = readme.read_text(encoding="utf-8") if readme.exists() else ""
    return "\n".join([*lines, "Description-Content-Type: text/markdown"]) + "\n\n" + body


def _compile(target):
    """The package as CMake installs it, in the folder ``target``."""
    build = SOURCE / "build" / ("wheel-" + _tag().split("-")[0])
    configure = ["cmake", "-S", str(SOURCE), "-B", str(build)]
    configure += ["-DCMAKE_BUILD_TYPE=Release", "-DTHALWEG_BUILD_TESTS=OFF"]
    configure += ["-DPython_EXECUTABLE=" + sys.executable, "-DTHALWEG_PYTHON_DIR="]
    if shutil.which("ninja"):
        configure += ["-G", "Ninja"]
    subprocess.run(configure + shlex.split(os.environ.get("CMAKE_ARGS", "")), check=True)
    jobs = str(os.cpu_count() or 1)
    built = subprocess.run(["cmake", "--build", str(build), "--target", "thalweg_python", "-j", jobs])
    if built.returncode != 0:
        raise SystemExit("thalweg: the extension module was not built; ./tools/setup.sh installs what it needs")
    install = ["cmake", "--install", str(build), "--component", "wheel", "--strip", "--prefix", str(target)]
    subprocess.run(install, check=True)


def _add(archive, name, data, mode=0o644):
    """Adds a file; returns its line of RECORD."""
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o100000 | mode) << 16
    archive.writestr(entry, data)
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return "%s,sha256=%s,%d" % (name, digest, len(data))


def _information():
    """The files of the .dist-info folder but RECORD."""
    wheel = "Wheel-Version: 1.0\nGenerator: thalweg\nRoot-Is-Purelib: false\nTag: %s\n" % _tag()
    return {
        "METADATA": _metadata().encode(),
        "WHEEL": wheel.encode(),
        "LICENSE": (SOURCE / "LICENSE").read_bytes(),
    }


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Writes the wheel to ``wheel_directory`` and returns its name.

    ``config_settings["prebuilt"]``: a folder with the built package ``thalweg``, which is then not compiled.
    """
    folder = "thalweg-%s.dist-info" % _version()
    name = "thalweg-%s-%s.whl" % (_version(), _tag())
    with tempfile.TemporaryDirectory() as temporary:
        prebuilt = (config_settings or {}).get("prebuilt")
        if prebuilt:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(Path(prebuilt) / "thalweg", Path(temporary) / "thalweg", ignore=ignored)
        else:
            _compile(temporary)
        with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as archive:
            records = []
            for path in sorted(Path(temporary).rglob("*")):
                if path.is_file():
                    mode = 0o755 if path.suffix == ".so" else 0o644
                    records.append(_add(archive, path.relative_to(temporary).as_posix(), path.read_bytes(), mode))
            for file, data in _information().items():
                records.append(_add(archive, folder + "/" + file, data))
            records.append(folder + "/RECORD,,")
            _add(archive, folder + "/RECORD", ("\n".join(records) + "\n").encode())
    return name


def build_sdist(sdist_directory, config_settings=None):
    """There is none: the checkout is the source."""
    raise UnsupportedOperation("thalweg is installed from its checkout")
