"""Settings of the platform. Everything a deployment may change is an environment variable; nothing else is
read.
"""

import os
from typing import TypedDict

import dj_database_url

from maillage.manage.deploy import environment
from maillage.manage.deploy.home import (
    COUNTRY,
    DATABASE,
    FORMER_KEYS,
    HOME,
    KEY,
    database_url,
    ensure_key,
    lines_of,
    served_address,
)
from maillage.reference.files import ASSETS
from maillage.words import languages


class Federation(TypedDict):
    """An identity service that accounts may sign in with."""

    issuer: str
    client_id: str
    secret: str
    name: str
    acr: str
    sure_email: bool
    siret: bool


ENVIRONMENT = environment.chosen("MAILLAGE_ENV", "demonstration", "production")
PRODUCTION = ENVIRONMENT == "production"
HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
(HOME / "etudes").mkdir(exist_ok=True)
# The folder of a module that its author looks at: `maillage modules apercu`.
PREVIEW = environment.text("MAILLAGE_PREVIEW")


def _secret() -> str:
    """Return the key kept in the home folder, made the first time."""
    ensure_key()
    return KEY.read_text("utf-8")


SECRET_KEY = os.environ.get("MAILLAGE_SECRET_KEY") or _secret()
# They open what they made until they are taken away: sessions, links, messages that wait.
SECRET_KEY_FALLBACKS = [*environment.text("MAILLAGE_FORMER_SECRET_KEYS").split(), *lines_of(FORMER_KEYS)]
DEBUG = False
HOSTS = environment.hosts("MAILLAGE_HOSTS")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *HOSTS]
# Where the platform is opened from outside: what a link in a mail starts with. `maillage servir` says it of
# this computer, and leaves it in the home folder for the other commands.
ADDRESS = (
    f"https://{HOSTS[0]}"
    if HOSTS
    else environment.text("MAILLAGE_ADDRESS", served_address() or "http://localhost:8000")
)
IS_PUBLIC = ADDRESS.startswith("https://")
CSRF_FAILURE_VIEW = "maillage.manage.requests.middleware.page_too_old"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]

APPS = (
    "platform.accounts",
    "platform.country",
    "platform.search",
    "platform.messages",
    "platform.exchanges",
    "territories",
    "directory.places",
    "directory.intake",
    "directory.outreach",
    "directory.memberships",
    "people.persons",
    "community",
    "people.reminders",
    "agenda",
    "referrals.autonomy",
    "people.mandats",
    "people.documents",
    "referrals.droits",
    "learning",
    "surveys",
    "people.actes",
    "referrals.orientations",
    "dossiers",
    "steering.codesign",
    "volunteering.grants",
    "steering.plans",
    "steering.indicators",
    "steering.pilotage",
    "site.gallery",
    "site.structures",
    "volunteering.volunteers",
    "site.worklist",
    "site.pages",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_tasks",
    "django_tasks_db",
    *(f"maillage.apps.{app}" for app in APPS),
    "allauth",  # after ours: its pages wear our templates
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
]

MIDDLEWARE = [
    "maillage.manage.requests.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "maillage.manage.requests.stored_pages.StoredPages",
    "django.middleware.gzip.GZipMiddleware",
    "maillage.manage.requests.programs.Programs",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "maillage.manage.requests.languages.Languages",
    "django.middleware.common.CommonMiddleware",
    "maillage.manage.requests.middleware.PrivatePages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "maillage.manage.requests.middleware.NoNul",
    "maillage.manage.requests.middleware.Refusals",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "maillage.manage.requests.middleware.PostedAddresses",
    "maillage.manage.requests.middleware.Sessions",
    "maillage.manage.requests.middleware.SecondFactor",
    "maillage.manage.requests.middleware.FilledForms",
    "csp.middleware.CSPMiddleware",
    "maillage.manage.requests.middleware.Perimeters",
    "maillage.manage.requests.territories.Territories",
    "maillage.manage.requests.table_formats.TableFormats",
    *(["maillage.manage.requests.preview.Preview"] if PREVIEW else []),
]

ROOT_URLCONF = "maillage.manage.country_urls" if COUNTRY else "maillage.manage.urls"
WSGI_APPLICATION = "maillage.manage.deploy.wsgi.application"
# A list of two hundred choices takes four hundred templates: those of Jinja take a third of the time.
FORM_RENDERER = "django.forms.renderers.Jinja2"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.cached.Loader", ["maillage.manage.requests.templates.Loader"])
            ],
            "builtins": ["maillage.apps.site.pages.templatetags.maillage"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "maillage.manage.requests.context_processors.rights",
            ],
        },
    }
]

SQLITE = {
    # Write-ahead log and immediate transactions: readers never wait, and writers queue instead of failing
    # “locked”.
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,  # a large import writes for that long: others wait, they are not refused
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-20000;"
    "PRAGMA mmap_size=134217728;PRAGMA temp_store=MEMORY;PRAGMA journal_size_limit=27103364;"
    # What is erased is overwritten: nobody reads it again in the file.
    "PRAGMA secure_delete=ON;",
}
SHARED_CONNECTIONS = False
if database_url():
    DATABASES = {"default": dj_database_url.parse(database_url(), conn_max_age=600, conn_health_checks=True)}
    database_options = DATABASES["default"].setdefault("OPTIONS", {})
    if "postgresql" in DATABASES["default"]["ENGINE"]:
        DATABASES["default"]["ENGINE"] = "maillage.manage.postgresql"
        # A computer that is silent is reported: pages would wait minutes.
        database_options.setdefault("connect_timeout", 10)
        # A PgBouncer that lends a connection for a transaction refuses what is said as one opens, and forgets
        # what was prepared. The wrapper reads this word too.
        SHARED_CONNECTIONS = database_options.pop("pgbouncer", "non") != "non"
        prepares = database_options.pop("prepare", "oui") == "oui"
        if not SHARED_CONNECTIONS:
            # A base of a country is read from memory, or from a disk without arm. PostgreSQL thinks by
            # default of one where a page apart costs four times the next: it reads a million people for the
            # forty of a list.
            database_options.setdefault("options", "-c random_page_cost=1.1")
            # What a page asks again is understood and planned once by each connection: half of what a page
            # costs PostgreSQL. Values leave apart from the words of a query, which are then the same for
            # everybody.
            if prepares:
                database_options |= {"server_side_binding": True, "prepare_threshold": 3}
    else:
        database_options |= SQLITE
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(DATABASE),
            "CONN_MAX_AGE": 600,
            "OPTIONS": SQLITE,
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "maillage.manage.requests.signed_cache.SignedCache",
        "LOCATION": "cache",
        "TIMEOUT": 3600,
        # Beyond this many rows some go, and the limits on signing in are among them: 300, the usual number,
        # is one busy morning.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # Pages read within the hour, in each process: a reader never waits for whoever writes.
    "reads": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "reads"},
}
# Seconds that a public page, the same for all, may be kept whole by a process; 0, and each is made.
STORED_PAGES = environment.number("MAILLAGE_STORED_PAGES", 60)
SESSION_ENGINE = "maillage.manage.sign_in.session_store"
SESSION_COOKIE_AGE = 7 * 24 * 3600
MESSAGE_STORAGE = "maillage.manage.requests.message_storage.Storage"

AUTH_USER_MODEL = "accounts.User"
HOOKS = "maillage.manage.hooks"  # imported when a hook is first read
WEBHOOKS = environment.is_on("MAILLAGE_WEBHOOKS")  # other systems are told what happens
# La Coop, asked for the activities of some structures: none without a key.
COOP = {
    "address": environment.text("MAILLAGE_COOP", "https://coop-numerique.anct.gouv.fr/api/v1"),
    "key": environment.text("MAILLAGE_COOP_KEY"),
    "structures": environment.text("MAILLAGE_COOP_STRUCTURES"),
    "since": environment.text("MAILLAGE_COOP_SINCE"),
}
# RDV Service Public, read in the name of the agents who agree: nobody without the number of our application.
RDV = {
    "address": environment.text("MAILLAGE_RDV", "https://rdv.anct.gouv.fr"),
    "client_id": environment.text("MAILLAGE_RDV_CLIENT"),
    "secret": environment.text("MAILLAGE_RDV_SECRET"),
}
SOURCES_INSIDE = environment.is_on("MAILLAGE_SOURCES_INSIDE")  # addresses of this network may be called
AUTHENTICATION_BACKENDS = ["maillage.manage.sign_in.adapter.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "maillage.web.passwords.NotOurWordsValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "maillage.manage.sign_in.adapter.Adapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # second factors count here too; manage/sign_in/forms.py limits what one address takes
    "login_failed": "60/h/key",
    "request_login_code": "20/m/ip,10/h/key",
}
ACCOUNT_SESSION_REMEMBER = False  # how long a session lasts is said by manage/sign_in/sessions.py
ACCOUNT_FORMS = {
    "login": "maillage.manage.sign_in.forms.SignInForm",
    "request_login_code": "maillage.manage.sign_in.forms.CodeForm",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8}
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "maillage.manage.sign_in.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip"}  # a whole team may come at nine o’clock
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account is opened by an invitation, not by an address
MFA_FORMS = {"authenticate": "maillage.manage.sign_in.forms.FactorForm"}
MFA_TOTP_ISSUER = "Maillage"
MFA_TOTP_TOLERANCE = 1  # a telephone whose clock is half a minute wrong
SOCIALACCOUNT_ADAPTER = "maillage.manage.sign_in.openid_connect.Adapter"
FEDERATION: Federation = {
    "issuer": environment.text("MAILLAGE_OIDC_ISSUER"),
    "client_id": environment.text("MAILLAGE_OIDC_CLIENT_ID"),
    "secret": environment.text("MAILLAGE_OIDC_SECRET"),
    "name": environment.text("MAILLAGE_OIDC_NAME", "ProConnect"),
    "acr": environment.text("MAILLAGE_OIDC_ACR"),
    "sure_email": environment.is_on("MAILLAGE_OIDC_SURE_EMAIL"),
    "siret": environment.is_on("MAILLAGE_OIDC_SIRET"),
}
LOGIN_URL = "/connexion/"
LOGIN_REDIRECT_URL = "/espace/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

CONTACT = environment.text("MAILLAGE_CONTACT")  # an e-mail, for whoever sees a sentence badly said
# Where somebody who finds a weakness writes: an e-mail, or the address of a page.
SECURITY_CONTACT = environment.text("MAILLAGE_SECURITY_CONTACT", CONTACT)
# Where the end of the journal is sent each day, so that whoever holds this computer does not hold them all.
ANCHORS_TO = environment.text("MAILLAGE_ANCHORS_TO")
# Papers of persons, kept only when a key is given: the key, or the file that holds it; where ClamAV listens.
PAPERS = {
    "key": environment.text("MAILLAGE_PAPERS_KEY"),
    "key_file": environment.text("MAILLAGE_PAPERS_KEY_FILE"),
    "scanner": environment.text("MAILLAGE_CLAMD"),
}
# The public keys that backups are sealed to, separated by spaces; none, and they are in the clear.
BACKUP_KEYS = environment.text("MAILLAGE_BACKUP_KEYS").split()
LANGUAGE_CODE = "fr"
LANGUAGES = [(each.code, each.name) for each in languages.LANGUAGES.values()]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

STATIC_URL = "/statique/"
STATIC_ROOT = HOME / "statique"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # no page names the others: half of what a first start compresses
HEARTBEAT = HOME / "echeances.vu"  # touched by what does the deadlines: /sante/ says since when it is silent
DAILY_TASKS_STAMP = HOME / "echeances.faites"  # touched when what is due was done, by the command too
LAST_BACKUP = HOME / "sauvegarde.vue"  # touched when a backup has been written and read again
LAST_RESTORATION = HOME / "restauration.vue"  # touched when a backup was put back, or tried aside and whole
STATICFILES_DIRS = [
    ASSETS
    / "statics",  # first: scripts and style sheets as older browsers read them (tools/old_browsers.mjs)
    ("site", ASSETS / "site"),
    ("polices", ASSETS / "fonts"),
    ("leaflet", ASSETS / "leaflet"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "maillage.manage.requests.static.Statics"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
# What no page of ours asks of a device, no script slipped in may ask either; a position serves to look near.
PERMISSIONS_POLICY = "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(metriques|sante)/$"]  # asked from this computer, without a certificate
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
BEHIND_PROXY = environment.is_on("MAILLAGE_PROXY")
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a file of a thousand columns makes as many choices
FILE_UPLOAD_MAX_MEMORY_SIZE = 9_000_000  # a person’s paper, 8 at most, is never written in clear to the disk

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "quick", "slow"]}}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
# Who carries messages (manage/providers). Nothing given: they are written in HOME/messages, and none leaves
# this computer.
SENDING = {
    name: environment.text(f"MAILLAGE_{name}")
    for name in (
        *("MESSAGES", "SMTP", "SENDER"),
        *("SMS", "SMS_TOKEN", "SMS_SENDER", "SMS_STATUS", "SMS_ONCE", "SMS_IN", "SMS_IN_SECRET"),
    )
}
SILENCED_SYSTEM_CHECKS = (
    ["security.W004", "security.W008", "security.W012", "security.W016"] if not PRODUCTION else []
)

# Lines of JSON, one for each request, on standard error: whoever starts the services keeps and turns them.
JSON_LOGS = (
    environment.chosen("MAILLAGE_LOGS", *(("json", "texte") if PRODUCTION else ("texte", "json"))) == "json"
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "masked": {"()": "maillage.manage.deploy.logs.Masked"},
        "json": {"()": "maillage.manage.deploy.logs.JsonLines"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json" if JSON_LOGS else "masked"}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "maillage.requests": {"level": "INFO" if JSON_LOGS else "WARNING"},
        "django_tasks_db": {"level": "ERROR"},  # it says in English, to who presses Ctrl+C, that it stops
    },
}
