"""Put finished files in their places: all of them, or none."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def write_files(directory: Path, files: Mapping[str, bytes], stale: Iterable[str] = ()) -> tuple[str, ...]:
    """Write `files` below `directory` and remove the `stale` ones; return the paths whose bytes changed.

    Everything is written to a temporary directory beside the target first and only then moved, in the given
    order, so that a full disk or a stopped run leaves no half-written file.
    """
    directory.mkdir(parents=True, exist_ok=True)
    changed = tuple(path for path, content in files.items() if not _holds(directory / path, content))
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}-", dir=directory.parent) as name:
        waiting = Path(name)
        for path in changed:
            _parent_of(waiting / path).write_bytes(files[path])
        for path in stale:
            (directory / path).unlink(missing_ok=True)
        for path in changed:
            (waiting / path).replace(_parent_of(directory / path))
    return changed


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _parent_of(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
