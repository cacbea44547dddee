"""Django's settings, made from the options."""

import os
from importlib.util import find_spec

from lianyi.server.options import options_from

OPTIONS = options_from(os.environ)
WORKSPACE = OPTIONS.workspace

SECRET_KEY = OPTIONS.secret("django")
DEBUG = OPTIONS.debug
ALLOWED_HOSTS = list(OPTIONS.hosts)

# Our apps, low to high; one that is still to come is left out.
APPS = ("journal", "members", "ledger", "shop", "plan", "content", "community", "campaigns", "partners", "care", "review")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *(f"lianyi.ops.{app}" for app in APPS if find_spec(f"lianyi.ops.{app}")),
    "lianyi.web.ui",
    *(f"lianyi.web.{app}" for app in ("pages", "console", "api") if find_spec(f"lianyi.web.{app}")),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["lianyi.web.ui.templatetags.words"],
        },
    },
]

DATABASES = {"default": OPTIONS.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans" if WORKSPACE.language == "zh" else "en"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = WORKSPACE.zone_name
USE_TZ = True

STATIC_URL = "static/"
