"""Screens of certified copies."""
