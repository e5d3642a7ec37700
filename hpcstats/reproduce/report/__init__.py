"""The page a reviewer opens: every figure and table, and each number with its patients and their sources."""
