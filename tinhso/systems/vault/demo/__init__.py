"""A handful of papers for the demo accounts, so that a province just started can be tried."""
