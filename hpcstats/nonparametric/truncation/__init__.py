"""Distributions of times that are seen only because they lie inside a window."""
