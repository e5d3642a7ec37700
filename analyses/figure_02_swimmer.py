"""Figure 2: the course of every patient with a spinal metastasis."""

from __future__ import annotations

import hpcstats as hs


def build(study: hs.reproduce.Study) -> hs.plots.Figure:
    """Draw one lane for each patient with a spinal metastasis."""
    return hs.plots.swimmer(hs.literature.swimmer_lanes(hs.literature.load(study.data)))


if __name__ == "__main__":
    hs.reproduce.main(build)
