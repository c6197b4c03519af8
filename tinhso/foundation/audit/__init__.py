"""Every act recorded in the same transaction, hash-chained per subject and sealed hourly."""
