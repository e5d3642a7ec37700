"""Confidence limits of curves and of contrasts of curves."""
