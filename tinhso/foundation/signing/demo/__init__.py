"""A certification authority for demonstrations and tests: it vouches for nobody real."""
