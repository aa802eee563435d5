"""django-gdpr-assist in an environment of its own, since it needs a Django of its time; it works on the bench's rows.

It runs as a process that is told a customer on each line and answers with the milliseconds its `anonymise` took.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import IO, cast

from django.db import connections

NEEDS = ("django-gdpr-assist==1.4.2", "django-yaa-settings==1.1.0", "django==3.2.25", "psycopg2-binary==2.9.13")
PLACE = Path("build/gdpr-assist")
PROGRAM = """
import os, sys, time
import django
from django.conf import settings
facts = {"ENGINE": "django.db.backends.postgresql", "HOST": os.environ["AT"], "USER": os.environ["AS"],
         "PASSWORD": os.environ["BY"], "PORT": os.environ["PORT"]}
settings.configure(SECRET_KEY="bench", USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={"default": {**facts, "NAME": os.environ["DATA"]}, "gdpr_log": {**facts, "NAME": os.environ["LOG"]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "gdpr_assist"],
    DATABASE_ROUTERS=["gdpr_assist.routers.EventLogRouter"])
django.setup()
from django.db import models, transaction
class Call(models.Model):
    customer = models.BigIntegerField(null=True)
    phone = models.TextField(blank=True)
    name = models.TextField(blank=True)
    class Meta:
        app_label = "bench"
        db_table = "bench_plain"
        managed = False
    class PrivacyMeta:
        fields = ["phone", "name"]
from django.contrib.contenttypes.models import ContentType
from gdpr_assist.models import EventLog, PrivacyAnonymised
from django.db import connections
for alias, model in (("default", PrivacyAnonymised), ("gdpr_log", EventLog)):
    with connections[alias].schema_editor() as editor:
        if model._meta.db_table not in connections[alias].introspection.table_names():
            editor.create_model(model)
ContentType.objects.get_or_create(app_label="bench", model="call")
print("ready", flush=True)
for line in sys.stdin:
    rows = Call.objects.filter(customer=int(line))
    begun = time.perf_counter()
    with transaction.atomic():
        rows.anonymise()
    print((time.perf_counter() - begun) * 1000, flush=True)
"""


class Missing(Exception):
    """It could not be installed or does not run here; the reason is a sentence."""


class GdprAssist:
    """One running process of it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Take a process that said it is ready."""
        self._process = process

    @classmethod
    def installed(cls) -> "GdprAssist":
        """Install it where it is not yet, start it, and wait until it is ready. Raises Missing."""
        _install()
        process = subprocess.Popen(
            [str(PLACE / "bin/python"), "-c", PROGRAM], env=_where(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        if cast(IO[str], process.stdout).readline().strip() != "ready":
            said = cast(IO[str], process.stderr).read().strip().splitlines() or ["it ended"]
            raise Missing(f"it does not start ({said[-1][:120]})")
        return cls(process)

    def anonymise(self, customer: int) -> float:
        """Let it anonymise a customer's rows; returns milliseconds."""
        questions, answers = cast(IO[str], self._process.stdin), cast(IO[str], self._process.stdout)
        questions.write(f"{customer}\n")
        questions.flush()
        return float(answers.readline())


def _install() -> None:
    if (PLACE / "bin/python").exists():
        return
    try:
        venv.create(PLACE, with_pip=True)
        command = [str(PLACE / "bin/python"), "-m", "pip", "install", "--quiet", "--no-input", *NEEDS]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as problem:
        raise Missing(f"it could not be installed by {sys.executable} ({type(problem).__name__})") from None


def _where() -> dict[str, str]:
    facts = connections["default"].settings_dict
    return {
        "PATH": os.environ["PATH"], "AT": str(facts["HOST"] or facts["OPTIONS"].get("host", "")),
        "AS": str(facts["USER"]), "BY": str(facts["PASSWORD"]), "PORT": str(facts["PORT"]),
        "DATA": str(facts["NAME"]), "LOG": str(connections["keyring"].settings_dict["NAME"]),
    }  # fmt: skip
