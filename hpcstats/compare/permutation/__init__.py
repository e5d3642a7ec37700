"""Permutation distributions of any fixed scores."""
