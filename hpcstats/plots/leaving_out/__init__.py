"""An estimate without each patient or paper."""
