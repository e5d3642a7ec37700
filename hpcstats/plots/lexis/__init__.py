"""The Lexis diagram of truncated times."""
