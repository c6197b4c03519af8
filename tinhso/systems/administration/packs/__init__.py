"""Packs: a province as a folder of documented tables, checked whole and loaded whole; see `packs/README.md`."""
