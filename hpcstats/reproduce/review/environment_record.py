"""environment.json: what a study was locked to, the same bytes on every machine; and what differs here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hpcstats import __version__
from hpcstats.errors import DataError
from hpcstats.reproduce.canonical import sha256, to_json
from hpcstats.reproduce.environment import VARIABLES
from hpcstats.reproduce.review.locked import (
    Package,
    installed_packages,
    installed_version,
    locked_packages,
    required_python,
)

ENVIRONMENT = "environment.json"
LOCK = "requirements.lock"

Record = dict[str, Any]

_FONT = re.compile(rb"/BaseFont /(?:[A-Z]{6}\+)?([^\s/<>\[\]()]+)")
_OF_THE_LOCK = ("lock", "packages", "tested", "variables")


def environment_record(
    lock: Path, *, python: str, tested: Iterable[str], drawings: Iterable[bytes], known: Record
) -> Record:
    """Record the environment of a study.

    Parameters
    ----------
    lock : Path
        requirements.lock; where there is none, the installed packages that hpcstats needs are recorded.
    python : str
        Version of Python that made the outputs.
    tested : iterable of str
        Platforms the author names as tested.
    drawings : iterable of bytes
        PDF files, whose embedded fonts are recorded.
    known : dict
        The record as it stands: it knows licences of packages that are not installed here.
    """
    locked = lock.is_file()
    content = lock.read_bytes() if locked else b""
    packages = locked_packages(content.decode("utf-8")) if locked else installed_packages()
    licences = {(one["name"], one["version"]): one.get("licence", "") for one in known.get("packages", [])}
    return {
        "hpcstats": __version__,
        "python": {"made_with": python, "needed": required_python()},
        "tested": list(tested),
        "variables": dict(VARIABLES),
        "fonts": _fonts(drawings),
        "lock": {"path": lock.name, "sha256": sha256(content)} if locked else None,
        "packages": [_with_licence(one, licences) for one in packages],
    }


def environment_bytes(record: Mapping[str, Any]) -> bytes:
    """Write environment.json."""
    return to_json(dict(record)).encode("utf-8")


def read_environment(directory: Path) -> Record:
    """Read environment.json of a directory; empty where there is none, or none that can be read."""
    file = directory / ENVIRONMENT
    try:
        return parse_environment(file.read_bytes()) if file.is_file() else {}
    except DataError:
        return {}  # the next run writes it anew, and `verify` tells


def parse_environment(content: bytes) -> Record:
    """Read the content of environment.json.

    Raises
    ------
    DataError
        If it is not what this package writes.
    """
    try:
        record: Record = json.loads(content)
        _ = [(one["name"], one["version"]) for one in record["packages"]]
        _ = [(one["name"], one.get("sha256")) for one in record["fonts"]]
        _ = record["python"]["made_with"], record["lock"] and record["lock"]["sha256"]
    except (ValueError, LookupError, TypeError) as error:
        raise DataError(
            f"{ENVIRONMENT} cannot be read ({type(error).__name__}: {error}). Run `hpcstats reproduce`."
        ) from error
    return record


def environment_difference(old: bytes, new: bytes) -> str:
    """Describe how a committed record differs from a rebuilt one in what does not depend on the machine.

    Without a lock the packages are those of the machine. A licence that the committed record leaves open, as
    the package was not installed where it was written, may be known here.
    """
    try:
        one, two = parse_environment(old), parse_environment(new)
    except DataError as error:
        return str(error)
    parts = _OF_THE_LOCK if one["lock"] or two["lock"] else ("lock", "tested", "variables")
    for part in parts:
        if part == "packages":
            rebuilt = _comparable(two, one)
            gone = [_named(package) for package in one[part] if package not in rebuilt]
            more = [_named(package) for package in rebuilt if package not in one[part]]
            if gone or more:
                return f"packages {', '.join(gone) or 'none'} -> {', '.join(more) or 'none'}"
        elif one.get(part) != two[part]:
            return f"{part} {one.get(part)!r} -> {two[part]!r}"
    return ""


def differences_here(record: Record, told: Mapping[str, str]) -> Iterator[str]:
    """Say which packages and fonts of a record are others here.

    Parameters
    ----------
    told : Mapping
        Versions by package, as the manifest has them: their differences are told already.
    """
    versions: dict[str, list[Record]] = {}
    for package in record.get("packages", []):
        versions.setdefault(package["name"], []).append(package)
    missing = []
    for name, packages in versions.items():
        here = installed_version(name)
        wanted = [package["version"] for package in packages]
        if not here and any(one.get("for") == "run" and not one.get("when") for one in packages):
            missing.append(name)
        if here and here not in wanted and told.get(name) not in wanted:
            yield f"package {name}: {' or '.join(wanted)} -> {here} (recorded -> here)"
    if missing:
        yield f"packages recorded, not installed here: {', '.join(missing)}"
    for font in record.get("fonts", []):
        if font.get("sha256") not in (None, _font_hash(font["name"])):
            yield f"font {font['name']} is another file here"


def _fonts(drawings: Iterable[bytes]) -> list[Record]:
    names = {name.decode("ascii", "replace") for drawing in drawings for name in _FONT.findall(drawing)}
    hashes = {name: _font_hash(name) for name in sorted(names)}
    return [
        {"name": name} | ({"shipped_with": "matplotlib", "sha256": digest} if digest else {})
        for name, digest in hashes.items()
    ]


def _font_hash(name: str) -> str:
    """Return the SHA-256 of a font that comes with Matplotlib; empty for one of the machine's own."""
    import matplotlib as mpl

    file = Path(mpl.get_data_path(), "fonts", "ttf", f"{name}.ttf")
    return sha256(file.read_bytes()) if file.is_file() else ""


def _with_licence(package: Package, licences: Mapping[tuple[str, str], str]) -> Record:
    known = licences.get((package.name, package.version), "")
    return package.as_dict() | ({"licence": known} if known and not package.licence else {})


def _comparable(record: Record, committed: Record) -> list[Record]:
    """Leave the licences open that the committed record leaves open."""
    still_open = {(one["name"], one["version"]) for one in committed["packages"] if "licence" not in one}
    return [
        {key: value for key, value in one.items() if key != "licence"}
        if (one["name"], one["version"]) in still_open
        else one
        for one in record["packages"]
    ]


def _named(package: Record) -> str:
    return f"{package['name']} {package['version']}" + (
        f" ({package['licence']})" if "licence" in package else ""
    )
