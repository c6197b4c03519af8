"""Xác minh kết quả: a public token on every paper issued, and the page that says what it is worth."""
