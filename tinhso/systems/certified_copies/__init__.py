"""Chứng thực bản sao điện tử từ bản chính: an original is shown, compared, certified, signed, sealed, delivered."""
