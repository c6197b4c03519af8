"""Signing results: what is signed, one at a time, many at a time; above the services and the printing."""
