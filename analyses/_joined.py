"""Why categories of the data were made one group, with the patients and events that each has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from _choices import LABELS
from _words import count, listed

import hpcstats as hs

MADE_OF = {"resection": "resection_complete", "primary_site_group": "site"}
WHY = "{label}: {group} stands for {parts} (events/patients), because {reason}."


def joined(study: hs.reproduce.Study, found: hs.literature.Endpoint) -> Iterator[hs.Text]:
    """Say of each factor which categories its groups stand for, and why as study.toml gives it."""
    for column, reason in study.settings["joined"].items():
        covariate = MADE_OF[column]
        known = found.data[covariate].notna().to_numpy()
        for group in found.data.loc[known, covariate].cat.categories:
            members = known & (found.data[covariate] == group).to_numpy()
            parts = list(categories(found, column, members))
            if len(parts) > 1:
                yield hs.Text.template(
                    WHY,
                    label=LABELS[covariate],
                    group=group.capitalize(),
                    parts=in_a_row(parts),
                    reason=reason,
                )


def categories(found: hs.literature.Endpoint, column: str, members: np.ndarray) -> Iterator[hs.Text]:
    """Count patients and events of each category among the members of a group."""
    names = found.data[column].astype(object).to_numpy()
    for name in sorted(set(names[members])):
        own = members & (names == name)
        patients, place = found.data.loc[own, "patient_id"], f"joined.{column}.{name}"
        yield hs.Text.of(
            f"{name.replace('_', ' ')} ",
            count(f"{place}.events", int(found.response.event[own].sum()), "Events.", patients),
            "/",
            count(f"{place}.patients", int(own.sum()), "Patients of the endpoint.", patients),
        )


def in_a_row(texts: list[hs.Text]) -> hs.Text:
    """Join texts for a sentence."""
    places = listed([f"{{t{k}}}" for k in range(len(texts))])
    return hs.Text.template(places, **{f"t{k}": text for k, text in enumerate(texts)})
