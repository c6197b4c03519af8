"""Dossiers: intake, examination, result, register, printed forms, national statuses."""
