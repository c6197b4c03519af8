"""Form definitions rendered, prefilled and validated on the server."""
