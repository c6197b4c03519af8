"""One message, a person's channels in order, with proof of delivery."""
