"""Screens of the desk and of those who handle dossiers: HTTP in, one service call, HTML out."""
