"""Proportional subdistribution hazards: covariates and the cumulative incidence of one of several events."""
