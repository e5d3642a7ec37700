"""Comparison of restricted mean times."""
