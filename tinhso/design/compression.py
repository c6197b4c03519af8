"""Pages leave compressed; files that are compressed already leave as they are."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED = ("text/html", "text/css", "text/plain", "text/csv", "text/javascript", "application/json", "image/svg+xml")


class CompressionMiddleware(GZipMiddleware):
    """Django's gzip with its random padding (against guessing by length), for text alone.

    PDF, images and streams of events pass untouched; static files come compressed from WhiteNoise.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
        return super().process_response(request, response) if kind in COMPRESSED else response  # type: ignore[arg-type]
