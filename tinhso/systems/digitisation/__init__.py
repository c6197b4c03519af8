"""From paper to record (số hoá)."""
