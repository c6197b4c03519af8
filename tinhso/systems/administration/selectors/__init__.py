"""Reads for the administrator's screens."""
