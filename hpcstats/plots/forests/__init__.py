"""Forest plots of models and of pooled studies."""
