"""Wrap every block key and secret under a new root key and destroy the old one."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs import key_care
from trail.actor import Actor
from vault.errors import VaultError


class Command(BaseCommand):
    """`rotate_root`: afterwards the copy of the root key that is kept offline must be made anew."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and tell."""
        try:
            count = key_care.rotate_root(actor=Actor.shell(getpass.getuser()))
        except VaultError as problem:
            raise CommandError(f"The root was not rotated and no key was destroyed: {problem}") from None
        self.stdout.write(
            f"{count} keys stand under a new root. Copy the new root key to where you keep it offline: a copy of the"
            " key directory from now on opens with no older root."
        )
