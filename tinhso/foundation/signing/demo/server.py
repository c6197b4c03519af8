"""The demonstration authority's services on the loopback interface.

python -m tinhso.foundation.signing.demo.server VAR
"""

import signal
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ops import demo_authority
from tinhso.foundation.signing.demo import folder, services

LARGEST = 100_000  # bytes of a request


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    demo: folder.Demo
    timestamps: services.Timestamps

    def do_GET(self) -> None:
        name = self.path.removeprefix("/crl/").removesuffix(".crl")
        try:
            if not self.path.startswith("/crl/"):
                raise KeyError(self.path)
            self._send(200, "application/pkix-crl", services.revocation_list(self.demo, name, datetime.now(UTC)))
        except KeyError:
            self._send(404, "text/plain", b"")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.close_connection = True
            return self._send(413, "text/plain", b"")
        body, now = self.rfile.read(length), datetime.now(UTC)
        try:
            if self.path == "/timestamps":
                return self._send(200, "application/timestamp-reply", self.timestamps.answer(body, now))
            if self.path.startswith("/ocsp/"):
                made = services.ocsp_answer(self.demo, self.path.removeprefix("/ocsp/"), body, now)
                return self._send(200, "application/ocsp-response", made)
            return self._send(404, "text/plain", b"")
        except (KeyError, ValueError):
            return self._send(400, "text/plain", b"")

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Requests of a demonstration are not worth a line."""


def start(var: Path) -> ThreadingHTTPServer:
    """Bound to the port of the state folder; the caller serves. Raises FileNotFoundError, OSError."""
    demo = folder.read(demo_authority.place(var))
    handler = type("DemoHandler", (Handler,), {"demo": demo, "timestamps": services.Timestamps(demo)})
    server = ThreadingHTTPServer(("127.0.0.1", demo_authority.port(var)), handler)
    server.daemon_threads = True
    return server


def main() -> None:
    server = start(Path(sys.argv[1]))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()


if __name__ == "__main__":
    main()
