"""How few changes turn a conclusion."""
