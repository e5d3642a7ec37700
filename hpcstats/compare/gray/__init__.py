"""Gray's test: whether groups share one cumulative incidence."""
