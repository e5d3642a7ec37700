"""Cumulative incidence where more than one thing can happen."""
