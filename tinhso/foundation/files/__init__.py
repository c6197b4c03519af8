"""Content-addressed immutable files: sniffed, checked, uploaded resumably."""
