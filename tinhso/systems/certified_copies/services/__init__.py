"""What people do with copies: receive and compare, certify and sign, recall."""
