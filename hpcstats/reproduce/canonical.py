"""JSON that is the same bytes for the same content, and good to read in a comparison of versions."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def to_json(value: Any) -> str:
    """Write plain values as JSON: an entry a line, a list of plain values on one line, keys in their order.

    Examples
    --------
    >>> print(to_json({"n": 9, "patients": ["a", "b"]}), end="")
    {
      "n": 9,
      "patients": ["a", "b"]
    }
    """
    return _write(value, "") + "\n"


def sha256(content: bytes) -> str:
    """Return the hexadecimal SHA-256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def _write(value: Any, indent: str) -> str:
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        entries = [
            f"{deeper}{json.dumps(key, ensure_ascii=False)}: {_write(item, deeper)}"
            for key, item in value.items()
        ]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        return "[\n" + ",\n".join(deeper + _write(item, deeper) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
