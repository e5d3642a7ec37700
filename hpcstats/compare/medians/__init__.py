"""Comparison of median times."""
