"""Cumulative incidences of competing events."""
