"""The flow of evidence: from publications to patients to what each endpoint uses, as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hpcstats.errors import DataError
from hpcstats.literature.cases import CaseData
from hpcstats.literature.endpoints import Endpoint
from hpcstats.literature.timelines import SPINAL
from hpcstats.numbers import patient_list
from hpcstats.results import plain

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why some patients were excluded.

    Attributes
    ----------
    label : str
        The reason in words.
    count : int
        How many patients.
    members : tuple of str
        Who.
    """

    label: str
    count: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box of the flow.

    Attributes
    ----------
    id, label : str
        Dotted name (for instance ``"local_recurrence.used"``) and words.
    count : int
        What the box counts: publications or patients.
    members : tuple of str
        The patients counted, or those of the publications counted.
    patients : tuple of str
        Every patient whose data decided on the count (a patient who is not a member might have been).
    sources : tuple of str
        Publications of the members; in boxes of publications, those counted.
    reasons : tuple of Reason
        In boxes of exclusions: the reasons, most frequent first.
    parent : str
        The box it comes from; empty at the top.
    """

    id: str
    label: str
    count: int
    members: tuple[str, ...]
    patients: tuple[str, ...]
    sources: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The flow of evidence, box by box; ``flow["patients"]`` is the box with that id.

    Attributes
    ----------
    boxes : tuple of Box
        From the publications down.
    """

    boxes: tuple[Box, ...]

    def __getitem__(self, id: str) -> Box:
        """Return the box with this id."""
        for box in self.boxes:
            if box.id == id:
                return box
        raise KeyError(id)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a box and one a reason: id, parent, label, reason, count."""
        import pandas as pd

        rows = [row for box in self.boxes for row in _frame_rows(box)]
        return pd.DataFrame(rows, columns=["id", "parent", "label", "reason", "count"])

    def as_dict(self) -> dict[str, Any]:
        """Return the boxes as plain values, ready for JSON."""
        return {"boxes": [plain(box) for box in self.boxes]}


def _frame_rows(box: Box) -> Iterator[tuple[str, str, str, str, int]]:
    yield box.id, box.parent, box.label, "", box.count
    for reason in box.reasons:
        yield box.id, box.parent, box.label, reason.label, reason.count


def evidence_flow(cases: CaseData, endpoints: Mapping[str, Endpoint]) -> Flow:
    """Publications, their patients, the roles of these, and per endpoint who is used and who is not.

    Every number comes from the data. Boxes: ``sources``, ``sources.patients``, ``sources.cohorts``,
    ``patients``, ``role.spinal_metastasis``, ``role.comparator``, and for each endpoint NAME (its point
    view) ``NAME.used``, ``NAME.events`` and ``NAME.excluded``. The used and the excluded are together the
    parent box: all patients, or those with a spinal metastasis where only they are the population.

    Parameters
    ----------
    cases : CaseData
        Made by `load`.
    endpoints : mapping of name to Endpoint
        The endpoints to show, made from the same data.

    Returns
    -------
    Flow

    Raises
    ------
    DataError
        If an endpoint was made from other data.

    Examples
    --------
    >>> import hpcstats as hs
    >>> cases = hs.literature.load()
    >>> spine = hs.literature.endpoint(cases, "spinal_metastasis")
    >>> flow = hs.literature.evidence_flow(cases, {"spinal_metastasis": spine})
    >>> [(box.id, box.count) for box in flow.boxes[3:]]
    [('patients', 157), ('role.spinal_metastasis', 23), ('role.comparator', 134),
     ('spinal_metastasis.used', 17), ('spinal_metastasis.events', 17), ('spinal_metastasis.excluded', 6)]
    """
    boxes = [*_evidence(cases)]
    everybody = set(cases.patient_ids)
    for name, endpoint in endpoints.items():
        seen = {*endpoint.data["patient_id"], *endpoint.exclusions["patient_id"]}
        if seen != everybody:
            raise DataError(f"Endpoint {name} was made from other patients. Make it from these cases.")
        boxes += _endpoint_boxes(cases, name, endpoint)
    return Flow(boxes=tuple(boxes))


def _evidence(cases: CaseData) -> Iterator[Box]:
    everybody = patient_list(cases.patient_ids)
    listed = patient_list(cases.sources["source_id"])
    with_patients = patient_list(cases.patients["source_id"])
    with_cohorts = patient_list(cases.cohort_statistics["source_id"])
    for id_, label, sources, members, parent in (
        ("sources", "publications", listed, everybody, ""),
        ("sources.patients", "publications with separable patients", with_patients, everybody, "sources"),
        ("sources.cohorts", "publications with cohort statistics", with_cohorts, (), "sources"),
    ):
        yield Box(
            id=id_,
            label=label,
            count=len(sources),
            members=members,
            patients=members,
            sources=sources,
            parent=parent,
        )
    yield _box(cases, "patients", "patients", everybody, parent="sources.patients")
    if "role" not in cases.patients:
        return
    roles = cases.patients["role"]
    for role in roles.cat.categories:
        members = patient_list(cases.patients["patient_id"][roles == role])
        label = "patients with spinal metastasis" if role == SPINAL else f"{role}s"
        yield _box(cases, f"role.{role}", label, members, parent="patients")


def _endpoint_boxes(cases: CaseData, name: str, endpoint: Endpoint) -> Iterator[Box]:
    restricted = cases.endpoints[endpoint.name].spinal_patients_only
    parent = f"role.{SPINAL}" if restricted else "patients"
    population = set(_with_role(cases)) if restricted else set(cases.patient_ids)
    used = patient_list(endpoint.data["patient_id"])
    happened = endpoint.data["patient_id"][endpoint.response.event] if used else ()
    out = endpoint.exclusions[endpoint.exclusions["patient_id"].isin(population)]
    yield _box(cases, f"{name}.used", "used", used, parent=parent)
    yield _box(cases, f"{name}.events", "with the event", patient_list(happened), parent=f"{name}.used")
    members = patient_list(out["patient_id"])
    yield _box(cases, f"{name}.excluded", "excluded", members, parent=parent, reasons=_reasons(out))


def _with_role(cases: CaseData) -> tuple[str, ...]:
    return patient_list(cases.patients["patient_id"][cases.patients["role"] == SPINAL])


def _reasons(excluded: pd.DataFrame) -> tuple[Reason, ...]:
    groups = excluded.groupby("reason", sort=True)["patient_id"]
    reasons = [Reason(label=str(label), count=len(ids), members=patient_list(ids)) for label, ids in groups]
    return tuple(sorted(reasons, key=lambda reason: -reason.count))


def _box(
    cases: CaseData,
    id: str,
    label: str,
    members: Iterable[str],
    *,
    parent: str,
    reasons: tuple[Reason, ...] = (),
) -> Box:
    chosen = patient_list(members)
    sources = cases.patients["source_id"][cases.patients["patient_id"].isin(chosen)]
    return Box(
        id=id,
        label=label,
        count=len(chosen),
        members=chosen,
        patients=patient_list(cases.patient_ids),
        sources=patient_list(sources),
        reasons=reasons,
        parent=parent,
    )
