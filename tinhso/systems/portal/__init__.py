"""Where citizens and businesses find, file, follow and rate."""
