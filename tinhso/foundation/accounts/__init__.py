"""Sign-in, assurance, sessions; rights that come from the post held."""
