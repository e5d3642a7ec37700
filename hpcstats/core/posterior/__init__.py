"""Posterior summaries by quadrature and importance weights."""
