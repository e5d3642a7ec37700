"""Bootstrap, jackknife, leaving out, exchanging."""
