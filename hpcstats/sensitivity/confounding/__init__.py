"""How strong unmeasured confounding would have to be."""
