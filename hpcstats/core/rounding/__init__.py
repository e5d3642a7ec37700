"""Extremes over all data that rounding allows."""
