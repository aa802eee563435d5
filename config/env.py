"""Read the environment, loudly: a setting that is wrong stops the start with its name and what it takes.

Values may stand in the process environment or in `lethe.env` of LETHE_HOME, which the supervisor writes for the parts
it started itself. The environment wins. Whatever is read here raises BadSetting, which ends the process.
"""

import ipaddress
import os
import stat
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class BadSetting(SystemExit):
    """A setting is missing or wrong; the message names it and what it takes."""


def home() -> Path:
    """Return LETHE_HOME: as set, else `/var/lib/lethe` for root, else `.lethe` in the checkout."""
    named = os.environ.get("LETHE_HOME")
    if named:
        return Path(named).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/lethe")
    return Path(__file__).resolve().parent.parent / ".lethe"


def load_home_file(folder: Path) -> None:
    """Put the lines of `lethe.env` into the environment where they are not set yet."""
    file = folder / "lethe.env"
    if not file.is_file():
        return
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise BadSetting(f"{file} can be read by others. Run: chmod 600 '{file}'")
    for line in file.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value)


def text(name: str, default: str | None = None) -> str:
    """Return the variable `name`, or `default`; without either the start stops."""
    value = os.environ.get(name, default)
    if value is None:
        raise BadSetting(f"{name} is not set. `make run` sets it; in production see docs/production.md.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return the variable `name` as yes (1, true, yes, on) or no (0, false, no, off)."""
    value = os.environ.get(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise BadSetting(f"{name} takes 1 or 0.")


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Return the variable `name` as a whole number between `low` and `high`."""
    value = os.environ.get(name, str(default))
    if not value.lstrip("-").isdigit() or not low <= int(value) <= high:
        raise BadSetting(f"{name} takes a whole number from {low} to {high}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return the variable `name` split at commas and blanks."""
    return os.environ.get(name, default).replace(",", " ").split()


def secret_file(folder: Path, name: str) -> str:
    """Return the content of a 0600 file in the home, such as the signing secret of the web part."""
    file = folder / name
    if not file.is_file():
        raise BadSetting(f"{file} is missing. `make run` creates it; in production set SECRET_KEY.")
    return file.read_text(encoding="utf-8").strip()


def database(url_name: str, owner_name: str, pool: dict[str, object] | None) -> dict[str, object]:
    """Return Django's settings for a `postgresql://user:password@host:port/name?host=/socket` address.

    With LETHE_DB_ROLE=owner the owner's address is taken (migrations); the web part never has it.
    """
    as_owner = os.environ.get("LETHE_DB_ROLE") == "owner"
    url = text(owner_name if as_owner else url_name)
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise BadSetting(
            f"{url_name} takes postgresql://user:password@host:port/name (PostgreSQL is the only database)."
        )
    options: dict[str, object] = dict(parse_qsl(parts.query))
    host = str(options.pop("host", "") or unquote(parts.hostname or ""))
    if pool and not as_owner:
        options["pool"] = pool
    return {
        "ENGINE": os.environ.get("LETHE_DB_ENGINE", "django.db.backends.postgresql"),
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # The pool would hand out connections that died with the server.
        "OPTIONS": options,
    }


def storage(url: str) -> dict[str, object]:
    """Return the settings of the content storage for `file:///folder` or `s3://key:secret@host:port/bucket?…`."""
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path.startswith("/"):
        return {"BACKEND": "vault.files.FileStorage", "OPTIONS": {"location": unquote(parts.path)}}
    if parts.scheme == "s3" and parts.path.strip("/"):
        return {"BACKEND": "privacy.object_store.ObjectStore", "OPTIONS": _s3_options(url)}
    raise BadSetting("STORE_URL takes file:///folder or s3://key:secret@host:port/bucket?secure=1.")


def _s3_options(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    options: dict[str, object] = {
        "bucket_name": parts.path.strip("/"),
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "region_name": query.get("region") or None,
        "file_overwrite": False,
        "querystring_auth": True,
    }
    if parts.hostname:
        scheme = "https" if query.get("secure", "1") == "1" else "http"
        port = f":{parts.port}" if parts.port else ""
        options["endpoint_url"] = f"{scheme}://{parts.hostname}{port}"
    return options


def networks(name: str) -> list[str]:
    """Return the networks in the variable `name`, set apart by blanks, each as `10.0.0.0/8`."""
    found = words(name)
    try:
        return [str(ipaddress.ip_network(each)) for each in found]
    except ValueError:
        raise BadSetting(f"{name} takes networks such as 10.0.0.0/8, set apart by blanks.") from None


def folders(name: str) -> list[str]:
    """Return the absolute paths in the variable `name`, set apart by colons as in PATH."""
    found = [part for part in os.environ.get(name, "").split(os.pathsep) if part]
    if not all(part.startswith("/") and ".." not in Path(part).parts for part in found):
        raise BadSetting(f"{name} takes absolute paths set apart by {os.pathsep}, none with `..` in it.")
    return found


def buckets(name: str) -> dict[str, dict[str, object]]:
    """Return the buckets named in the variable `name`; each has its address in `DROP_BUCKET_…`."""
    return {each: _bucket(f"DROP_BUCKET_{each.upper().replace('-', '_')}") for each in words(name)}


def _bucket(name: str) -> dict[str, object]:
    url = text(name)
    parts = urlsplit(url)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if parts.scheme != "s3" or not bucket:
        raise BadSetting(f"{name} takes s3://key:secret@host:port/bucket/prefix?secure=1&region=….")
    options = _s3_options(url)
    return {
        "bucket": bucket,
        "prefix": f"{prefix}/" if prefix else "",
        "access_key": options["access_key"],
        "secret_key": options["secret_key"],
        "region": options["region_name"],
        "endpoint": options.get("endpoint_url"),
    }


def broker(url: str) -> dict[str, object]:
    """Return django-dramatiq's broker settings for a `redis://`, `rediss://`, `unix://` or `amqp://` address.

    maintenance_chance, heartbeat_timeout: with the defaults a killed worker's message is lost for tens of minutes.
    """
    scheme = urlsplit(url).scheme
    if scheme in {"redis", "rediss", "unix"}:
        options = {"url": url, "maintenance_chance": 100_000, "heartbeat_timeout": 5_000}
        return {"BROKER": "dramatiq.brokers.redis.RedisBroker", "OPTIONS": options}
    if scheme in {"amqp", "amqps"}:
        return {"BROKER": "dramatiq.brokers.rabbitmq.RabbitmqBroker", "OPTIONS": {"url": url}}
    raise BadSetting("BROKER_URL takes unix://, redis://, rediss:// or amqp://.")
