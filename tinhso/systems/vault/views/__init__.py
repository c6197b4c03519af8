"""Screens of the store: the person's own, the official's by consent, and what a link shows."""
