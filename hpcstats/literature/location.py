"""Where the case-level data and their description lie."""

from __future__ import annotations

from pathlib import Path

from hpcstats.errors import DataError

DESCRIPTOR = "datapackage.json"
_PACKAGE = Path(__file__).resolve().parent.parent


def packaged_data() -> Path:
    """Find the data directory that travels with the package (in a wheel) or lies in the repository."""
    inside = _PACKAGE / "_data"
    return inside if (inside / "raw").is_dir() else _PACKAGE.parent / "data"


def data_directory(directory: str | Path | None) -> Path:
    """Return the directory with the CSV files; None means the data of the package."""
    path = packaged_data() / "raw" if directory is None else Path(directory)
    if not path.is_dir():
        raise DataError(
            f"{path} is not a directory. Give the one that holds patients.csv, events.csv and sources.csv."
        )
    return path


def descriptor_candidates(directory: Path) -> tuple[Path, ...]:
    """List where the description of a directory is looked for, nearest first."""
    places = (directory, directory.resolve().parent, packaged_data())
    return tuple(place / DESCRIPTOR for place in places if (place / DESCRIPTOR).is_file())
