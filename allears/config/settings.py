"""Every setting of an installation, in one file.

Nothing here has to be set: `ALLEARS_DATA` names the folder that holds everything (default `./var`), and
the secrets are made there on first use. `DATABASE_URL=postgres://user:password@host:port/name` moves the same
code to PostgreSQL. The rest (organisation, mail) is set on the settings pages by an administrator.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from allears.config.secrets import secret_in
from allears.core.address import hosts, own_address

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(os.environ.get("ALLEARS_DATA", "var")).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

SECRET_KEY = secret_in(DATA_DIR / "secret_key")
DEBUG = os.environ.get("ALLEARS_DEBUG") == "1"
BASE_URL = own_address(DATA_DIR)
_host = urlsplit(BASE_URL).hostname or "127.0.0.1"
ALLOWED_HOSTS = hosts(BASE_URL, os.environ.get("ALLEARS_HOSTS", ""))
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "allears.config",
    "allears.web",
    "allears.decisions",
    "allears.insights",
    "allears.questionnaires",
    "allears.studies",
    "allears.verbatims",
    "allears.people",
    "allears.design",
    "allears.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "allears.core.frames.room_for_frames",
    "allears.core.middleware.answer_health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "allears.core.middleware.content_security_policy",
    "allears.core.middleware.said_in_words",
    # Participants have no session: their pages answer from here.
    "allears.questionnaires.answering_door.participants_first",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allears.core.middleware.not_kept",
    "allears.core.middleware.unfit_letters",
    "allears.core.middleware.staff_only",
    "allears.core.middleware.own_time_zone",
    "allears.core.middleware.own_theme",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "allears.config.urls"
WSGI_APPLICATION = "allears.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "allears.core.context.organisation",
                "allears.web.context.rail",
            ],
            "builtins": ["template_partials.templatetags.partials", "allears.design.templatetags.design"],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.app_directories.Loader"],
                        )
                    ],
                )
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    """Django's description of the database that `url` names; the empty string means the embedded default."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATA_DIR / "allears.sqlite3"),
            # Opening the file again for each page costs more than most pages do.
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: an answer that was acknowledged is on disk even after a power cut.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                " PRAGMA cache_size=-16384; PRAGMA mmap_size=1073741824; PRAGMA recursive_triggers=ON;"
                # What is deleted is zeroed in the file at once: see core/wiping.py.
                " PRAGMA secure_delete=ON;",
            },
            "TEST": {"NAME": str(DATA_DIR / "test.sqlite3")},
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Each thread keeps its connection, with what it has planned.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {name: value for name, value in parse_qsl(parts.query) if name != "prepared"},
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL", ""))}
# Statements of the answering path are planned once for each connection: see core/prepared.py.
PREPARED = ("prepared", "no") not in parse_qsl(urlsplit(os.environ.get("DATABASE_URL", "")).query)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "allears.core.adapters.AccountAdapter"
MFA_ADAPTER = "allears.core.adapters.MFAAdapter"
MFA_FORMS = {"add_webauthn": "allears.core.sign_in.AddKeyForm"}
ACCOUNT_FORMS = {
    "login": "allears.core.sign_in.SignInForm",
    "change_password": "allears.core.sign_in.OwnPasswordForm",
    "reset_password_from_key": "allears.core.sign_in.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
# How many proxies of our own stand before the server: only so many entries of X-Forwarded-For are believed.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("ALLEARS_PROXIES", "0"))
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Allears"
# A telephone whose clock is half a minute off still lets its owner in.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

EMAIL_BACKEND = "allears.core.mail.OutboxBackend"
DEFAULT_FROM_EMAIL = os.environ.get("ALLEARS_MAIL_FROM", f"allears@{_host if _host[-1:].isalpha() else 'localhost'}")
# smtp://user:password@host:587/?tls=starttls (or tls=implicit, tls=none); empty: mail waits on the outbox page.
SMTP_URL = os.environ.get("ALLEARS_SMTP_URL", "")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية"), ("de", "Deutsch")]
# Participants are spoken to in all of them, staff in these: see docs/translations.md.
STAFF_LANGUAGES = ["en"]
LOCALE_PATHS = [BASE_DIR / "allears" / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["allears.config.formats"]
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "UTC"
USE_TZ = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "allears.design.sheets.SheetFinder",
]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": None},
    },
    "staticfiles": {"BACKEND": "allears.design.scripts.StaticFilesStorage"},
}
SCRIPTS_AS_WRITTEN = ("studies/check",)
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# Pages of who has no account: what goes wrong there is said in their own light frame.
LIGHT_FRAME = ("/a/", "/me/", "/people/leave/", "/people/back/", "/verbatims/receipt/")
CSRF_FAILURE_VIEW = "allears.core.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

# In each process's memory: who asks for what how often (core.throttle). Room for many addresses at once.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}}
# How many responses may begin by one public link in one minute from one network address; 0: as many as come.
RESPONSES_A_MINUTE = int(os.environ.get("ALLEARS_RESPONSES_A_MINUTE", "120"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "allears.core.logs.Line", "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("ALLEARS_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["account.W001"]
