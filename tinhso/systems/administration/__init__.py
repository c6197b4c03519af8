"""Screens and commands of the administrator: packs, organisation, calendar, catalogue, processes, health."""
