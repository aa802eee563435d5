"""One module for each export format Lethe reads, each with a `SOURCE` for the registry to find."""
