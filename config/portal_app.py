"""Make the portal the one admin site, so that `@admin.register` in any app registers there."""

from django.contrib.admin.apps import SimpleAdminConfig

from privacy.grants import restrict


class PortalConfig(SimpleAdminConfig):
    """Django's admin app with our site; nothing is discovered but our own apps (see `config.portal`)."""

    default_site = "config.portal.Portal"

    def ready(self) -> None:
        """Let nobody write Django's own history: what happened stands in the access log."""
        super().ready()
        restrict("django_admin_log", "SELECT")
