"""Renew the blocks that lost a key and destroy their old block keys, now instead of when the clock comes to it."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs import key_care
from privacy.keyring.renewal import Renewed
from trail.actor import Actor


class Command(BaseCommand):
    """`renew_blocks [--all]`: exit status 1 when an old block key is still there."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to renew everything."""
        parser.add_argument("--all", action="store_true", help="renew every block, also those that lost no key")

    def handle(self, *args: Any, **options: Any) -> None:
        """Renew, and tell."""
        renewed = key_care.renew(actor=Actor.shell(getpass.getuser()), everything=options["all"])
        self.stdout.write(
            f"{renewed.blocks} blocks renewed with {renewed.keys} keys; {renewed.destroyed} old block keys destroyed."
        )
        if problems := " ".join(_problems(renewed)):
            raise CommandError(problems)


def _problems(renewed: Renewed) -> list[str]:
    problems = []
    if renewed.waiting:
        problems.append(
            f"{renewed.waiting} old block keys were not destroyed: {renewed.because}. The next run tries again."
        )
    if renewed.failed:
        numbers = ", ".join(str(block) for block in renewed.failed)
        problems.append(f"Not renewed, and nothing of them destroyed: blocks {numbers}. The lines above say why.")
    return problems
