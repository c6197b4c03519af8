"""Chứng thực bản sao điện tử từ bản chính: original shown at the desk, compared, certified, signed, sealed, delivered."""
