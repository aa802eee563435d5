"""Make the portal the one admin site, so that `@admin.register` in any app registers there."""

from django.contrib.admin.apps import SimpleAdminConfig


class PortalConfig(SimpleAdminConfig):
    """Django's admin app with our site; nothing is discovered but our own apps (see `config.portal`)."""

    default_site = "config.portal.Portal"
