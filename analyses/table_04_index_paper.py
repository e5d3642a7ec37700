"""Table 4: each statement of the index paper beside what the case-level data give."""

from __future__ import annotations

import hpcstats as hs


def build(study: hs.reproduce.Study) -> hs.tables.Table:
    """Check every statement that can be checked."""
    cases = hs.literature.load(study.data)
    if cases.seed_summary is None:
        raise hs.reproduce.NotApplicable("the data directory holds no seed_summary.json")
    endpoints = {
        name: hs.literature.endpoint(cases, name, **study.settings["inclusion"])
        for name in hs.literature.ENDPOINTS
    }
    return hs.tables.statements(hs.literature.check_statements(cases, endpoints))


if __name__ == "__main__":
    hs.reproduce.main(build)
