"""Who asks, where a machine with TLS stands before the web server, and where somebody only says so."""

import pytest

from config.wsgi import behind_front_machine


@pytest.mark.parametrize(
    ("peer", "forwarded", "asks"),
    [
        ("127.0.0.1", "203.0.113.7", ("203.0.113.7", "https")),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", ("203.0.113.7", "https")),  # the left part is the asker's own word
        ("127.0.0.1", "127.0.0.1, 203.0.113.7", ("203.0.113.7", "https")),
        ("127.0.0.1", "", ("127.0.0.1", "http")),
        ("203.0.113.7", "198.51.100.1", ("203.0.113.7", "http")),
    ],
)
def test_only_the_front_machine_is_believed(peer: str, forwarded: str, asks: tuple[str, str]) -> None:
    app = behind_front_machine(lambda seen, _start: (seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]))
    request = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_X_FORWARDED_PROTO": "https"}
    assert app(request | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}), None) == asks
