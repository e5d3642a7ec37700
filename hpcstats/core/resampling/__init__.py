"""Weights of resamples, and curves under them."""
