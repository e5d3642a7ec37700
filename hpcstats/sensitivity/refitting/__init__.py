"""An estimator as a function of case weights, or fitted again for some rows."""
