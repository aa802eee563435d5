"""The worker's entry, `dramatiq config.worker`: every task of every app.

A module of its own rather than `manage.py rundramatiq`, which starts Django twice, once only to find the tasks.
"""

import os

import django
from django.utils.module_loading import autodiscover_modules

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()
autodiscover_modules("tasks")
