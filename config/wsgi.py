"""The door of the web server."""

import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def behind_front_machine(app: Any) -> Any:
    """The address and the scheme of whoever asks, as the machine before us (TLS) tells them; nobody else is believed.

    Without this all who ask share that machine's address and its few tries a minute, and forms over HTTPS are refused.
    """
    return wrap_wsgi_with_proxy_headers(app, trusted_hosts=settings.FRONT_MACHINES)


application = behind_front_machine(get_wsgi_application())
