"""Django's PostgreSQL backend with a pool that notices a server that went away, and waits for it to come back."""
