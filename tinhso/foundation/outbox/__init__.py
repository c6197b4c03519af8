"""Events written in the transaction that caused them and delivered at least once."""
