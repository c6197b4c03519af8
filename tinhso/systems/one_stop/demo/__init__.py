"""A year of the province's life, lived in memory by the real rules, written in bulk; the same seed, the same year."""
