"""The packages of a study and their licences: those of requirements.lock, or those installed for hpcstats."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

_ENTRY = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<when>[^\\]+?))?\s*\\?$"
)
_ONE_LINE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One version of a package.

    Attributes
    ----------
    name, version : str
    when : str
        Environment marker it is meant for, such as ``"python_full_version < '3.12'"``; empty: always.
    needed_by : tuple of str
        Packages that ask for it.
    runs : bool
        Whether a run of the study needs it; others serve tests and documentation.
    licence : str
        As the installed package states it; empty where this version is not installed.
    """

    name: str
    version: str
    when: str = ""
    needed_by: tuple[str, ...] = ()
    runs: bool = False
    licence: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return plain values, without what is not known."""
        values = {
            "name": self.name,
            "version": self.version,
            "when": self.when,
            "for": "run" if self.runs else "tests and documentation",
            "licence": self.licence,
        }
        return {key: value for key, value in values.items() if value}


def locked_packages(lock: str) -> tuple[Package, ...]:
    r"""Read the packages of a requirements.lock, each with its licence where it is installed.

    Examples
    --------
    >>> [one] = locked_packages(
    ...     "left-pad==1.0 ; sys_platform == 'win32' \\\n    # via hpcstats\n"
    ... )
    >>> one.version, one.when, one.needed_by
    ('1.0', "sys_platform == 'win32'", ('hpcstats',))
    """
    packages: list[Package] = []
    for line in lock.splitlines():
        entry = _ENTRY.match(line)
        if entry:
            name, version = _plain(entry["name"]), entry["version"]
            packages.append(
                Package(name=name, version=version, when=entry["when"] or "", licence=_licence(name, version))
            )
        elif line.startswith("    #") and packages:
            needed_by = line.strip(" #").removeprefix("via").split()[:1]
            packages[-1] = replace(packages[-1], needed_by=(*packages[-1].needed_by, *map(_plain, needed_by)))
    return _marked(packages)


def installed_packages() -> tuple[Package, ...]:
    """List the installed packages that hpcstats needs to run, directly or through others."""
    needed_by: dict[str, set[str]] = {}
    waiting = ["hpcstats"]
    while waiting:
        parent = waiting.pop()
        for name in required(parent):
            if name not in needed_by and installed_version(name):
                waiting.append(name)
            needed_by.setdefault(name, set()).add(parent)
    found = {name: installed_version(name) for name in sorted(needed_by)}
    return tuple(
        Package(name=name, version=version, runs=True, licence=_licence(name, version))
        for name, version in found.items()
        if version
    )


def installed_version(name: str) -> str:
    """Return the installed version of a package; empty if it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def required(name: str) -> tuple[str, ...]:
    """Name what an installed package needs to run, without its extras."""
    try:
        lines = importlib.metadata.requires(name) or ()
    except importlib.metadata.PackageNotFoundError:
        return ()
    wanted = (re.match(r"[\w.-]+", line) for line in lines if not re.search(r"\bextra\s*==", line))
    return tuple(_plain(match.group()) for match in wanted if match)


def required_python() -> str:
    """Return which versions of Python hpcstats runs on, such as ``">=3.11"``."""
    try:
        return importlib.metadata.metadata("hpcstats")["Requires-Python"]
    except importlib.metadata.PackageNotFoundError:
        return ""


def stated_licence(metadata: Mapping[str, str], classifiers: Iterable[str]) -> str:
    r"""Choose the shortest full statement of a licence: its SPDX expression, a line, or its classifiers.

    Examples
    --------
    >>> stated_licence({"License-Expression": "MIT"}, [])
    'MIT'
    >>> stated_licence(
    ...     {"License": "Copyright\nand more"}, ["License :: OSI Approved :: BSD License"]
    ... )
    'BSD License'
    """
    expression = metadata.get("License-Expression") or ""
    line = (metadata.get("License") or "").strip()
    short = line if len(line) <= _ONE_LINE and "\n" not in line else ""
    named = [text.split(" :: ")[-1] for text in classifiers if text.startswith("License :: ")]
    return expression or short or ", ".join(named)


def _marked(packages: Iterable[Package]) -> tuple[Package, ...]:
    """Mark the packages that a run needs: those that hpcstats asks for, and all they ask for in turn."""
    packages = tuple(packages)
    running, more = set(required("hpcstats")), True
    while more:
        found = {one.name for one in packages if running.intersection(one.needed_by)}
        more = not found <= running
        running |= found
    return tuple(replace(one, runs=one.name in running) for one in packages)


def _licence(name: str, version: str) -> str:
    if installed_version(name) != version:
        return ""
    metadata = importlib.metadata.metadata(name)
    texts = {key: metadata[key] for key in ("License-Expression", "License") if key in metadata}
    return stated_licence(texts, metadata.get_all("Classifier") or ())


def _plain(name: str) -> str:
    """Write a name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
