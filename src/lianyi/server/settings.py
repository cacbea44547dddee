"""Django's settings, made from the options."""

import os
from datetime import timedelta
from importlib.util import find_spec

from csp.constants import NONE, SELF

from lianyi.server.options import options_from
from lianyi.server.tenders import tenders_from

OPTIONS = options_from(os.environ)
WORKSPACE = OPTIONS.workspace
# Payment gateways by name; without any, money is taken at the counter.
TENDERS = tenders_from(os.environ)

SECRET_KEY = OPTIONS.secret("django")
DEBUG = OPTIONS.debug
ALLOWED_HOSTS = list(OPTIONS.hosts)
LIANYI_PROXIES = OPTIONS.proxies

# Our apps, low to high; one that is still to come is left out.
APPS = ("journal", "team", "intake", "members", "ledger", "shop", "plan", "content", "community", "campaigns", "partners", "care", "review")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_htmx",
    *(f"lianyi.ops.{app}" for app in APPS if find_spec(f"lianyi.ops.{app}")),
    "lianyi.web.ui",
    *(f"lianyi.web.{app}" for app in ("pages", "console", "api") if find_spec(f"lianyi.web.{app}")),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lianyi.web.edge.access.AccessLog",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lianyi.web.edge.bodies.BodyLimit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lianyi.web.edge.faults.Faults",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "lianyi.server.urls"
WSGI_APPLICATION = "lianyi.server.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lianyi.web.ui.look.look",
                "lianyi.web.console.rooms.rooms",
            ],
            "builtins": ["lianyi.web.ui.templatetags.words", "lianyi.web.ui.templatetags.parts"],
        },
    },
]
FORM_RENDERER = "lianyi.web.ui.forms.Renderer"

DATABASES = {"default": OPTIONS.database}
# Answers of the history lie in files: they are true as long as their snapshot, so a restart need not work them out again.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "answers": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": WORKSPACE.answers_path,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans" if WORKSPACE.language == "zh" else "en"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = WORKSPACE.zone_name
USE_TZ = True

# Static files: read where they lie while developing, else gathered once into the workspace under names that change with their content.
STATIC_URL = "/static/"
STATIC_ROOT = None if DEBUG else WORKSPACE.path / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# A page takes everything from this server, and nothing inline: no style, no script, no eval.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_FAILURE_VIEW = "lianyi.web.edge.faults.forged"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
# A form that maps a file has a field for each of its columns.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600
if OPTIONS.proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if OPTIONS.https:
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# Passwords are the team's only; members have none.
AUTH_USER_MODEL = "team.TeamMember"
PASSWORD_RESET_TIMEOUT = 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "lianyi.web.edge.address.client_address"
AXES_LOCKOUT_CALLABLE = "lianyi.web.edge.faults.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Work done aside waits in a queue for the worker; under test it is done at once.
JOBS_AT_ONCE = False
# A page whose answer takes longer says so and comes back for it.
ANSWER_WITHIN_SECONDS: float | None = OPTIONS.answer_seconds
# What follows an import: the first page that looks at it finds its answers there.
AFTER_IMPORT = "lianyi.web.console.cockpit.warm"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"lianyi": {"level": "INFO"}},
}
