"""Django's settings, read from the environment and the installation's home.

GOODSTANDING_HOME       the installation (default ./var)
DATABASE_URL            a PostgreSQL server instead of the home's SQLite file
GOODSTANDING_SECRET_KEY signs sessions; the home's own key file otherwise
GOODSTANDING_HOSTS      host names the office answers to, by comma (default: this machine only)
GOODSTANDING_HTTPS      "1" where TLS ends before us: secure cookies and HSTS
"""

from __future__ import annotations

import os
import secrets

import dj_database_url
from csp.constants import NONE, SELF

from goodstanding.home import Home, default_path

HOME = Home(default_path())


def _secret_key() -> str:
    given = os.environ.get("GOODSTANDING_SECRET_KEY")
    if given:
        return given
    if HOME.secret_key_file.is_file():
        return HOME.secret_key_file.read_text(encoding="utf-8")
    return secrets.token_urlsafe(48)  # no installation yet: nothing signed now must outlive this process


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("GOODSTANDING_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
HTTPS = os.environ.get("GOODSTANDING_HTTPS") == "1"

_SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": str(HOME.database),
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
        ),
    },
}
DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60) if DATABASE_URL else _SQLITE}
FILE_UPLOAD_HANDLERS = [
    "goodstanding.office.uploading.Limit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "csp",
    "goodstanding.records",
    "goodstanding.office",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "goodstanding.office.plain_text.PlainText",
    "goodstanding.office.errors.ErrorsBecomePages",
]
ROOT_URLCONF = "goodstanding.office.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": False,
        "DIRS": [],
        "OPTIONS": {
            "environment": "goodstanding.office.pages.environment_for_django",
            "context_processors": ["goodstanding.office.pages.frame"],
        },
    }
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "zh"
USE_I18N = False  # the look has its own two-language words; see goodstanding.look.words

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/office/sign-in"
LOGIN_REDIRECT_URL = "/office/"
SESSION_COOKIE_PATH = "/office/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
CSRF_COOKIE_PATH = "/office/"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "goodstanding.office.errors.form_untrusted"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a cookie of its own would reach the portal
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
