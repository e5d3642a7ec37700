"""Documents that are zip archives, saved so that equal content gives equal bytes."""

from __future__ import annotations

import io
import zipfile
from typing import IO, Protocol

_DATE = (1980, 1, 1, 0, 0, 0)
_FIRST = "[Content_Types].xml"


class Saveable(Protocol):
    """What has a method that saves it to a stream."""

    def save(self, path_or_stream: str | IO[bytes], /) -> None:
        """Save to a path or stream."""


def saved(document: Saveable) -> bytes:
    """Save a document, then rewrite its archive with fixed dates, order, system and attributes."""
    written, stable = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(stable, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != _FIRST, name)):
            member = zipfile.ZipInfo(name, date_time=_DATE)
            member.create_system = 3
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_STORED
            target.writestr(member, source.read(name))
    return stable.getvalue()
