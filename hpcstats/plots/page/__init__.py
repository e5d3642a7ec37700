"""The sheet a figure is drawn on, its style, its texts and its files."""
