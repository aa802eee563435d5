"""Write docs/personal-data.md from the map."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from privacy.document import render


class Command(BaseCommand):
    """`document_personal_data`."""

    help = "Write docs/personal-data.md from the personal data map."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file."""
        (settings.BASE / "docs" / "personal-data.md").write_text(render(), encoding="utf-8")
        self.stdout.write("docs/personal-data.md is current.")
