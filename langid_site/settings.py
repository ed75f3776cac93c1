"""Settings, read from the environment and `.env`; safe by default."""

import os
from pathlib import Path
from typing import Any

import environ  # type: ignore[import-untyped]
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
WAIT = 5  # seconds that a request waits for the database at most

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# Settings checked at startup

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOCAL_HOSTS if DEBUG else [])
HTTPS = env.bool("HTTPS", default=not DEBUG)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=None)  # unset: off, with a warning of `check --deploy`
CONSENSUS = env.int("CONSENSUS", default=0)  # agreeing people who decide about a word; 0: only reviewers do

if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "Set SECRET_KEY to at least 50 random characters, in the environment or in .env (`make run` writes one)."
    )
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("Set ALLOWED_HOSTS to the host names of this site, separated by commas.")
if DEBUG and not set(ALLOWED_HOSTS) <= set(LOCAL_HOSTS):
    raise ImproperlyConfigured("DEBUG shows the inside of the site: switch it off where ALLOWED_HOSTS is not local.")
if CONSENSUS < 0 or CONSENSUS == 1:
    raise ImproperlyConfigured("Set CONSENSUS to 0, or to 2 or more people who must agree about a word.")

# Application

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "classifier",
    "classifier.review",
    "classifier.api",
]
# Middleware that adds headers comes first, so that static files and errors have them.
MIDDLEWARE = [
    "classifier.access.headers.request_ids",
    "classifier.api.metrics.measure_requests",
    "classifier.access.bodies.drain_bodies",
    "classifier.services.registry.hold_models",
    "classifier.access.headers.permissions_policy",
    "classifier.access.headers.ContentPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "classifier.api.middleware.ApiProtocol",
    "classifier.web.middleware.PageErrors",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "classifier.access.page_middleware.Sessions",
    "classifier.access.page_middleware.Locale",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "classifier.access.page_middleware.Authentication",
    "classifier.access.page_middleware.Messages",
    "classifier.review.middleware.AdminErrors",
]
ROOT_URLCONF = "langid_site.urls"
WSGI_APPLICATION = "langid_site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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
FORM_RENDERER = "classifier.web.inputs.InputRenderer"
REST_FRAMEWORK = {
    "COMPACT_JSON": False,  # spaced as in the article
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "classifier.api.authentication.BearerKey",
        "classifier.api.authentication.SessionOfThisSite",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "classifier.api.parsers.SafeNegotiation",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PERMISSION_CLASSES": ["classifier.api.authentication.MayCall"],
    "DEFAULT_PARSER_CLASSES": ["classifier.api.parsers.StrictJsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "classifier.api.problems.answer_error",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Which language?",
    "DESCRIPTION": "Identifies the language of a word. Errors are problem documents (RFC 9457).",
    "VERSION": "1",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SERVERS": [{"url": "/", "description": "This service"}],
    "TAGS": [
        {"name": "words", "description": "Identify words and texts."},
        {"name": "history", "description": "Read, export and delete what you asked."},
        {"name": "feedback", "description": "Correct answers."},
        {"name": "service", "description": "Models, languages, your limits."},
    ],
    "ENUM_NAME_OVERRIDES": {
        "Verdict": "classifier.ml.verdict.VERDICTS",
        "FeedbackStatus": "classifier.models.feedback.Feedback.Status",
        "FeedbackKind": "classifier.models.feedback.Feedback.Kind",
        "Scope": "classifier.api.models.SCOPES",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "AUTHENTICATION_WHITELIST": ["classifier.api.authentication.BearerKey"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "classifier.api.openapi.finish"],
    "SORT_OPERATIONS": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # tests compare the schema; a start would build it for 0.1 s
}
API_ANONYMOUS = env.bool("API_ANONYMOUS", default=True)  # off: a key or login is required
# Sites whose pages may call the API, as in https://words.example; browsers send no cookies along.
CORS_ALLOWED_ORIGINS = [origin.strip() for origin in env.list("CORS_ORIGINS", default=[])]
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"]
CORS_ALLOW_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key"]
CORS_EXPOSE_HEADERS = ["Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"]
CORS_PREFLIGHT_MAX_AGE = 3600  # seconds
# Number of trusted proxies; each adds an address to X-Forwarded-For, others are ignored.
NUM_PROXIES = env.int("NUM_PROXIES", default=int(bool(BEHIND_PROXY)))
# Calls a minute (single, batch: words times models) by scope, of each key, user or address; counted in PostgreSQL, or
# with SQLite in the file. A text of 500 words for five models must fit into "single".
_LIMITS = {"single": 3000, "batch": 60_000, "history": 600, "feedback": 120, "export": 10, "login": 10}
LIMITS = {scope: env.int(f"LIMIT_{scope.upper()}", default=limit) for scope, limit in _LIMITS.items()}
LIMITS_FILE = VAR / "limits"
HISTORY_DAYS = env.int("HISTORY_DAYS", default=365)  # `manage.py purge_history` deletes older predictions
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes; a larger body is refused unread (413)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# Models: shipped ones first, then those trained here

MODEL_DIRS = [BASE_DIR / folder for folder in env.list("MODEL_DIRS", default=["ml_models", "var/models"])]

# Database


def _database() -> dict[str, Any]:
    """Return the database of DATABASE_URL, with default options."""
    database: dict[str, Any] = env.db_url("DATABASE_URL", default="sqlite:///var/db.sqlite3")
    database["OPTIONS"] = {**_OPTIONS[database["ENGINE"]], **database.get("OPTIONS", {})}
    if database["ENGINE"] == _SQLITE:
        database["ENGINE"] = "langid_site.sqlite"
        VAR.mkdir(exist_ok=True)
        if database["NAME"] != ":memory:":
            database["NAME"] = BASE_DIR / database["NAME"]
        database["CONN_MAX_AGE"] = None
    else:
        from langid_site.postgresql import BoundedConnection

        database["CONN_HEALTH_CHECKS"] = True
        if isinstance(database["OPTIONS"].get("pool"), dict):
            database["OPTIONS"]["pool"] = {"connection_class": BoundedConnection, **database["OPTIONS"]["pool"]}
    return database


_SQLITE = "django.db.backends.sqlite3"
# FULL syncs the log before a commit returns. WAL mode is stored in the file, so migrate sets it once.
_PRAGMAS = ("synchronous=FULL", "cache_spill=4000", "wal_autocheckpoint=4000", "mmap_size=0", "secure_delete=ON")
_OPTIONS: dict[str, dict[str, Any]] = {
    _SQLITE: {
        "transaction_mode": "IMMEDIATE",
        "timeout": WAIT,
        "init_command": ";".join(f"PRAGMA {pragma}" for pragma in _PRAGMAS),
    },
    "django.db.backends.postgresql": {
        # After `reconnect_timeout` a failed attempt starts anew, else the pool's waits double up to a minute.
        "pool": {"min_size": 1, "max_size": 16, "timeout": WAIT, "reconnect_timeout": WAIT},
        "connect_timeout": WAIT,
        "tcp_user_timeout": 1000 * WAIT,
        "options": f"-c statement_timeout={WAIT}s -c lock_timeout={WAIT}s -c idle_in_transaction_session_timeout=60s",
    },
}
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Languages and time

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "classifier" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # as long as the visitor's cookie
FORMAT_MODULE_PATH = "langid_site.formats"
USE_TZ = True
TIME_ZONE = "UTC"

# Static files

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_HASHED = "langid_site.storage.HashedFiles"
_PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Set explicitly, since the test runner turns DEBUG off, but tests have no collected files.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _PLAIN if DEBUG else _HASHED},
}

# Accounts

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "home"

# Security

SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
# With this prefix, browsers refuse a cookie that another host of the domain has set.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]  # called without the proxy
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Not for HSTS of subdomains and preload lists, which bind hosts outside this project.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        **{f"{kind}-src": [SELF] for kind in ("connect", "font", "img", "manifest", "script", "style")},
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Metrics: `/metrics` answers to who sends this token; without one there is no such page

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_DIR = str(VAR / "metrics") if METRICS_TOKEN else ""  # shared by all processes; empty it before a start
if METRICS_DIR:
    Path(METRICS_DIR).mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR  # prometheus-client reads it when it is imported

# Logs: standard error only; mail to administrators would quote user input

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "without_query": {"()": "classifier.access.logs.WithoutQuery"},
        "request_id": {"()": "classifier.access.logs.RequestId"},
    },
    "formatters": {
        "line": {"format": "{asctime} {levelname} {request_id} {name}: {message}", "style": "{"},
        "json": {"()": "classifier.access.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line" if DEBUG else "json",
            "filters": ["without_query", "request_id"],
        },
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        **{name: {"handlers": [], "level": "INFO", "propagate": True} for name in ("django", "django.server")},
        # These quote paths and hosts of refused requests; each request has its own line.
        "django.request": {"level": "WARNING" if DEBUG else "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "classifier.access.headers": {"level": "WARNING" if DEBUG else "INFO"},  # runserver logs requests itself
    },
}
