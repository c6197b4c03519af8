"""Search in the catalogue: forgiving of marks, typing errors, everyday words and whole questions."""
