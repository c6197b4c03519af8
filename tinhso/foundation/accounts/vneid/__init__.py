"""Signing in with VNeID (định danh điện tử): OpenID Connect with state, nonce and PKCE; and a stand-in for trials."""
