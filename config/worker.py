"""The worker's entry, `dramatiq config.worker`: every task of every app.

Without a key directory that is there, readable and private it refuses to start. A module of its own rather than
`manage.py rundramatiq`, which starts Django twice, once only to find the tasks.
"""

import os

import django
from django.utils.module_loading import autodiscover_modules

from config.embedded import children
from privacy.keys import directory

children.end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
directory()
autodiscover_modules("tasks")
