"""What happened to each patient in turn: the first of several events, repeated events, moves of state."""

from hpcstats.literature.histories.first_events import competing_events
from hpcstats.literature.histories.history import History
from hpcstats.literature.histories.moves import multistate
from hpcstats.literature.histories.repeated import recurrent_events

__all__ = ["History", "competing_events", "multistate", "recurrent_events"]
