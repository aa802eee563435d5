"""The web server's entry: refuses to start without a key directory that is there, readable and private."""

import os

from django.core.wsgi import get_wsgi_application

from config.embedded import children
from privacy.keys import directory

children.end_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
directory()
