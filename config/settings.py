"""Every setting, flat, in one file; what depends on the machine comes through `config.env`, which is strict."""

from pathlib import Path
from urllib.parse import quote

from django.templatetags.static import static
from django.urls import reverse_lazy

from config import env

BASE = Path(__file__).resolve().parent.parent
LETHE_HOME = env.home()
env.load_home_file(LETHE_HOME)

DEBUG = False
SECRET_KEY = env.text("SECRET_KEY", "") or env.secret_file(LETHE_HOME, "secret-key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
PUBLIC_HTTPS = env.flag("PUBLIC_HTTPS", default=False)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "config.portal_app.PortalConfig",
    "rest_framework",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "guardian",
    "django_dramatiq",
    "privacy",
    "privacy.keyring",
    "trail",
    "jobs",
    "accounts",
    "customers",
    "interactions",
    "retention",
    "rtbf",
    "audit",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.MembershipMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "trail.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
    "config.damaged.DamagedFormMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.pages.frame",
            ],
        },
    },
]

# Databases: data and keyring never share a backup. The pool resets a connection when it comes back, so that no setting
# of one request reaches the next. It soon gives up an attempt to connect, since the next request tries anew: going on
# by itself it would pause ever longer and stay away for minutes after the database is back.
POOL = {
    "min_size": 0,
    "max_size": env.number("DATABASE_POOL", 10, low=2, high=200),
    "timeout": 10,
    "reconnect_timeout": 5,
}
DATABASES = {
    "default": env.database("DATABASE_URL", "DATABASE_OWNER_URL", dict(POOL)),
    "keyring": env.database("KEYRING_DATABASE_URL", "KEYRING_DATABASE_OWNER_URL", dict(POOL)),
}
DATABASE_ROUTERS = ["privacy.routers.KeyringRouter"]
DATABASE_APP_ROLE = env.text("DATABASE_APP_ROLE", "lethe_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Keys and content lie apart from both databases.
KEY_DIRECTORY = Path(env.text("KEY_DIRECTORY", str(LETHE_HOME / "keys")))
# The application_name of the keyring's standby; a block key is destroyed only when that has flushed the renewal.
KEYRING_STANDBY = env.text("KEYRING_STANDBY", "")
# A folder that gets a dump of the keyring before a block key is destroyed; never with the data or the keys.
KEYRING_DUMPS = env.text("KEYRING_DUMPS", "")
# Where the root key is, when it is not a file in the key directory: see docs/keyring.md.
ROOT_KEY_URL = env.text("ROOT_KEY_URL", "")
CHECKPOINT_DIRECTORY = Path(env.text("CHECKPOINT_DIRECTORY", str(LETHE_HOME / "checkpoints")))
STORE_URL = env.text("STORE_URL", f"file://{quote(str(LETHE_HOME / 'store'))}")
STORAGES = {
    "content": env.storage(STORE_URL),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# What accounts may have watched: nothing else is read or removed. `{account}` stands for the id of the account.
DROP_FOLDERS = env.folders("DROP_FOLDERS")
DROP_BUCKETS = env.buckets("DROP_BUCKETS")
# What comes from a bucket passes through here, so it must lie in memory.
SPOOL_DIRECTORY = Path(env.text("SPOOL_DIRECTORY", "/dev/shm"))  # noqa: S108 - looked at before anything is put there

# Networks (CIDR) inside which receivers of signed messages may stand; outside of them only public addresses, by https.
WEBHOOK_NETWORKS = env.networks("WEBHOOK_NETWORKS")
# Certificates of authorities to trust besides nobody else's; empty trusts those of the system.
WEBHOOK_CA_FILE = env.text("WEBHOOK_CA_FILE", "")

BROKER_URL = env.text("BROKER_URL")
CACHE_URL = env.text("CACHE_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}
DRAMATIQ_BROKER = {
    **env.broker(BROKER_URL),
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Retries",
        "django_dramatiq.middleware.DbConnectionsMiddleware",
    ],
}
DRAMATIQ_AUTODISCOVER_MODULES = ["tasks"]

# Sign-in: allauth's pages, no sign-up, locked out by axes; our own backend alone answers what a person may do.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.EmailBackend",
    "accounts.backends.MembershipBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:index"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# After axes' 429 allauth's own limiter would answer 200.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "accounts.lockout.email_of"
AXES_CLIENT_IP_CALLABLE = "accounts.actors.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
# Rights are answered by our own backend alone; guardian only keeps grants.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PUBLIC_HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_SECURE = PUBLIC_HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY", default=False) else None
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
X_FRAME_OPTIONS = "DENY"
# Alpine, which the portal's theme ships, evaluates its attributes; there are no inline scripts.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}

# Uploads stay in memory up to their limit: a temp file would hold them in plaintext.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_500_000

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(LETHE_HOME / "static")))
STATICFILES_DIRS = [BASE / "static"]
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "lethe@localhost")
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 20

# Log lines carry ids and codes. Django's own record of a failed request would carry its address and its arguments, and
# that of a missing template variable the whole page.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    },
    "filters": {"no_addresses": {"()": "config.logs.NoAddresses"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_addresses"]},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},
        "django.template": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
    },
}

SAMPLES = BASE / "samples"
UNFOLD = {
    "SITE_TITLE": "Lethe",
    "SITE_HEADER": "Lethe",
    "SITE_SUBHEADER": "Compliance portal",
    "SITE_SYMBOL": "water",
    "SITE_URL": "",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("portal/icon.svg")},
    ],
    "STYLES": [lambda request: static("portal/portal.css")],
    "SIDEBAR": {"command_search": True, "navigation": "accounts.menu.navigation"},
    "ACCOUNT": {"navigation": [{"title": "Change password", "link": reverse_lazy("account_change_password")}]},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 205)",
            "100": "oklch(94% .03 205)",
            "200": "oklch(88% .055 207)",
            "300": "oklch(80% .085 208)",
            "400": "oklch(70% .1 210)",
            "500": "oklch(60% .1 213)",
            "600": "oklch(50% .09 217)",
            "700": "oklch(43% .078 220)",
            "800": "oklch(37% .065 222)",
            "900": "oklch(32% .054 224)",
            "950": "oklch(24% .045 226)",
        },
    },
}
