"""Reads of the store for screens and rules."""
