"""Signatures and what they are worth (ký số)."""
