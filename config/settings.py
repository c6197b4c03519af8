"""Settings of Tỉnh Số: this file and the environment, nothing else.

Environment: TINHSO_VAR (all state, default ./var), TINHSO_PORT, TINHSO_PACK, DATABASE_URL, TINHSO_SECRET_KEY,
TINHSO_HOSTS, TINHSO_FILE_LIMIT, TINHSO_SCANS, TINHSO_PAGE_PRICE, TINHSO_SCAN_MINUTE_PRICE,
TINHSO_DEBUG, TINHSO_SMTP_URL, TINHSO_VNEID_* (the
identity provider; without it a stand-in, on one's own machine only), TINHSO_TIMESTAMP_URL, TINHSO_SIGNING_HOSTS,
TINHSO_PKCS11_MODULE, TINHSO_PKCS11_PIN, TINHSO_REMOTE_SIGNING_URL, TINHSO_REMOTE_SIGNING_KEY, CI.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import django_stubs_ext

from ops import demo_authority, postgres, secrets

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("TINHSO_VAR", BASE_DIR / "var")).resolve()
PACK = Path(os.environ.get("TINHSO_PACK", BASE_DIR / "packs" / "tay_ninh"))
PORT = int(os.environ.get("TINHSO_PORT", "8000"))
VERSION = "0.1.0"
PUBLIC_URL = os.environ.get("TINHSO_URL", f"http://localhost:{PORT}")  # printed in QR codes and messages

DEBUG = os.environ.get("TINHSO_DEBUG") == "1"
SECRET_KEY = os.environ.get("TINHSO_SECRET_KEY") or secrets.read_or_make(VAR / "secret-key")
ALLOWED_HOSTS = os.environ.get("TINHSO_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
FRONT_MACHINES = os.environ.get("TINHSO_FRONT", "127.0.0.1,::1")  # whose X-Forwarded-For and -Proto are believed
IS_LOCAL = set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}
CSRF_TRUSTED_ORIGINS = [f"http://{host}:{PORT}" for host in ALLOWED_HOSTS]

INSTALLED_APPS = [
    "tinhso.design",
    "tinhso.foundation.audit",
    "tinhso.foundation.outbox",
    "tinhso.foundation.organizations",
    "tinhso.foundation.accounts",
    "tinhso.foundation.calendars",
    "tinhso.foundation.files",
    "tinhso.foundation.signing",
    "tinhso.foundation.notifications",
    "tinhso.foundation.forms",
    "tinhso.foundation.workflow",
    "tinhso.systems.procedures",
    "tinhso.systems.vault",
    "tinhso.systems.verification",
    "tinhso.systems.one_stop",
    "tinhso.systems.certified_copies",
    "tinhso.systems.portal",
    "tinhso.systems.administration",
    "tinhso.systems.studio",
    "tinhso.systems.digitisation",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "ninja",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "config.outages.OutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tinhso.design.compression.CompressionMiddleware",
    "tinhso.design.security.ContentPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tinhso.design.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tinhso.foundation.accounts.middleware.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [
            BASE_DIR / "tinhso" / "design" / "templates",
            *sorted((BASE_DIR / "tinhso").glob("foundation/*/templates")),
            *sorted((BASE_DIR / "tinhso").glob("systems/*/templates")),
        ],
        "OPTIONS": {"environment": "tinhso.design.jinja.environment"},
    },
    {
        # Only for third-party pages that ship Django templates.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def database_from(url: str) -> dict[str, object]:
    """Django's database entry for a postgresql:// address; a `host` in the query is a socket folder."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "config.database",
        "NAME": parts.path.lstrip("/") or "tinhso",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.pop("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            **query,
            "pool": {"min_size": 1, "max_size": 8, "timeout": 25},
            "server_side_binding": False,
            "prepare_threshold": 1,  # Django's own cursors never prepare; those of `foundation.statements` do at once
        },
    }


DATABASE_URL = os.environ.get("DATABASE_URL") or postgres.url(VAR)
DATABASES = {"default": database_from(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["tinhso.foundation.accounts.sign_in.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
if os.environ.get("PYTEST_VERSION"):
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tinhso.foundation.accounts.passwords.ComposedPassword"},
    {"NAME": "tinhso.foundation.accounts.passwords.NotOwnName"},
    {"NAME": "tinhso.foundation.accounts.passwords.NotUsedBefore"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/after-sign-in"
CSRF_FAILURE_VIEW = "tinhso.foundation.accounts.errors.refused_csrf"
ACCOUNT_ADAPTER = "tinhso.foundation.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "tinhso.foundation.accounts.forms.LoginForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "60/m/ip"}  # the lock by name is ours, in the database
MFA_ADAPTER = "tinhso.foundation.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tỉnh Số"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOCAL
SIGN_IN_LOCK_HOURS = 12
IDLE_LOCK_MINUTES = {"official": 15, "citizen": 30, "business": 30}
VNEID = {
    "issuer": os.environ.get("TINHSO_VNEID_ISSUER", ""),
    "client_id": os.environ.get("TINHSO_VNEID_CLIENT_ID", ""),
    "client_secret": os.environ.get("TINHSO_VNEID_CLIENT_SECRET", ""),
    "authorization_endpoint": os.environ.get("TINHSO_VNEID_AUTHORIZE_URL", ""),
    "token_endpoint": os.environ.get("TINHSO_VNEID_TOKEN_URL", ""),
    "userinfo_endpoint": os.environ.get("TINHSO_VNEID_USERINFO_URL", ""),
    "jwks_uri": os.environ.get("TINHSO_VNEID_JWKS_URL", ""),
    # The stand-in believes whatever name is typed: on one's own machine only, unless somebody asks for it by name.
    "stand_in": os.environ.get("TINHSO_VNEID_STAND_IN", "1" if IS_LOCAL else "0") == "1",
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "tinhso" / "design" / "locale"]
FORMAT_MODULE_PATH = ["tinhso.design.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "tinhso" / "design" / "static"]
FILE_LIMIT = int(os.environ.get("TINHSO_FILE_LIMIT", "50000000"))  # bytes; the largest paper taken
SCANS_FOLDER = Path(os.environ.get("TINHSO_SCANS") or VAR / "scans")  # scanners lay files into <key of the unit>/
PAGE_PRICE = {  # đồng; what a digitised page is reckoned to cost, shown with the figures
    "page": int(os.environ.get("TINHSO_PAGE_PRICE", "0")),
    "minute": int(os.environ.get("TINHSO_SCAN_MINUTE_PRICE", "0")),
}
FILE_UPLOAD_HANDLERS = ["tinhso.foundation.files.intake.LimitedUploadHandler"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or os.environ.get("PYTEST_VERSION")
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = bool(os.environ.get("PYTEST_VERSION")) or DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
MIGRATION_MODULES: dict[str, str] = {}

# Services of signing: asked only at these hosts, whatever a certificate says of where its revocation is told.
SIGNING = {
    "timestamps": os.environ.get("TINHSO_TIMESTAMP_URL", "") or demo_authority.timestamps(VAR),
    "hosts": {*os.environ.get("TINHSO_SIGNING_HOSTS", "").split(","), *demo_authority.hosts(VAR)} - {""},
    "pkcs11_module": os.environ.get("TINHSO_PKCS11_MODULE", ""),
    "pkcs11_pin": os.environ.get("TINHSO_PKCS11_PIN", ""),
    "remote": os.environ.get("TINHSO_REMOTE_SIGNING_URL", ""),
    "remote_key": os.environ.get("TINHSO_REMOTE_SIGNING_KEY", ""),
}

SMTP_URL = os.environ.get("TINHSO_SMTP_URL", "")  # empty: letters are laid into var/mail
NOTIFICATION_CHANNELS = ["email"]  # in the order in which they are tried

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "tinhso": {"level": "INFO"},
        # They tell of every fault of a file under judgement, with a traceback; the verdict says it in a sentence.
        "pyhanko": {"level": "CRITICAL"},
        "pyhanko_certvalidator": {"level": "CRITICAL"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
