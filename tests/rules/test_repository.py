"""What is committed: no address of a package index, data as described, versions that agree."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tomllib

import pytest

import hpcstats as hs
from tests.rules.house import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
DESCRIPTOR = ROOT / "data" / "datapackage.json"
# Written with a bar, so that this file does not hold what it looks for.
FORBIDDEN = [
    mark.replace("|", "")
    for mark in (
        "pypi|.org",
        "files.python|hosted",
        "index|-url",
        "find|-links",
        "/opt/|pypi",
        "/opt/|wheels",
    )
]
# The command that keeps addresses out of the lock names the options that would let them in.
NAMED_IN_OPTIONS = [option.replace("|", "") for option in ("--no-emit-index|-url", "--no-emit-find|-links")]


def committed_files() -> list:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_nothing_committed_names_a_package_index():
    found = []
    for path in committed_files():
        text = path.read_bytes().decode("utf-8", errors="ignore") if path.is_file() else ""
        for option in NAMED_IN_OPTIONS:
            text = text.replace(option, "")
        found += [f"{path.relative_to(ROOT)}: {mark}" for mark in FORBIDDEN if mark in text]
    assert not found


def test_the_lock_holds_versions_and_hashes_and_no_address():
    assert "://" not in LOCK
    entries = re.findall(
        r"^([A-Za-z0-9._-]+)==\S+.*\\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", LOCK, re.MULTILINE
    )
    names = re.findall(r"^([A-Za-z0-9._-]+)\s*[=<>@]", LOCK, re.MULTILINE)
    assert len(entries) == len(names) > 30


def test_the_lock_holds_every_dependency():
    extras = PROJECT["project"]["optional-dependencies"]
    asked = [*PROJECT["project"]["dependencies"], *extras["dev"], *extras["docs"]]
    locked = set(re.findall(r"^([a-z0-9._-]+)==", LOCK, re.MULTILINE))
    missing = {re.match(r"[A-Za-z0-9._-]+", line)[0].lower() for line in asked} - locked
    assert not missing


def test_versions_agree():
    assert PROJECT["project"]["version"] == hs.__version__
    assert f"\nversion: {hs.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {hs.__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_raw_data_are_the_files_described():
    described = {
        resource["path"]: resource["hash"]
        for resource in json.loads(DESCRIPTOR.read_text(encoding="utf-8"))["resources"]
    }
    raw = ROOT / "data" / "raw"
    assert set(described) == {f"raw/{path.name}" for path in raw.iterdir()}
    for name, digest in described.items():
        assert f"sha256:{hashlib.sha256((ROOT / 'data' / name).read_bytes()).hexdigest()}" == digest, name


def test_every_make_target_is_explained_in_its_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    told = re.findall(r"^([a-z]+):.*?## ", makefile, re.MULTILINE)
    assert sorted(phony) == sorted(told)
    assert len(set(phony)) == len(phony)
