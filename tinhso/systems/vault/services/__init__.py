"""One function = one thing a person or a system does with a store."""
