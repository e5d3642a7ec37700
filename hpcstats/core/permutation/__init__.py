"""Distributions of statistics under relabelling."""
