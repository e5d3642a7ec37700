"""Parametric laws of times, their likelihoods and fits."""
