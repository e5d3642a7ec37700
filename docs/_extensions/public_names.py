"""Every public name has an entry in the API, or the build warns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sphinx.util import logging

import hpcstats

if TYPE_CHECKING:
    from collections.abc import Container

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

_LOGGER = logging.getLogger(__name__)
_ROOMS = ("formats", "literature", "literature.reconstruct", "plots", "reproduce", "sensitivity", "tables")


def public_names() -> dict[str, tuple[str, ...]]:
    """Return every public name with the full names under which it may be described."""
    found = {name: (f"hpcstats.{name}",) for name in hpcstats.__all__ if name not in {"__version__", *_ROOMS}}
    for room in _ROOMS:
        module = hpcstats
        for part in room.split("."):
            module = getattr(module, part)
        for name in module.__all__:
            # What is public twice is described once.
            flat = (f"hpcstats.{name}",) if name in hpcstats.__all__ else ()
            found[f"{room}.{name}"] = (f"hpcstats.{room}.{name}", *flat)
    return found


def missing(described: Container[str]) -> list[str]:
    """List the public names of which nothing is described."""
    return [name for name, full in public_names().items() if not any(one in described for one in full)]


def _check(_app: Sphinx, env: BuildEnvironment) -> None:
    for name in missing(env.domains.python_domain.objects):
        _LOGGER.warning("docs/api: nothing describes hpcstats.%s", name, type="hpcstats", subtype="api")


def setup(app: Sphinx) -> dict[str, Any]:
    """Look when all pages are read."""
    app.connect("env-check-consistency", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
