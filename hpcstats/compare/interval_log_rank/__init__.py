"""Log-rank tests of interval-censored times."""
