"""Comparison of event-free proportions at fixed times."""
