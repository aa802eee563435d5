"""Set up, list and stop watched places from the shell."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import house, operator, shell_actor
from accounts.errors import AccountsError
from accounts.models import Account
from accounts.rights import require
from interactions.collecting import collect
from interactions.drop_folders import RIGHT, set_drop_folder, stop_drop_folder
from interactions.drops.dropped import PlaceProblem
from interactions.drops.places import proved
from interactions.models import DropFolder, Originals
from jobs.errors import JobFailed
from trail.refusal import Refusal, recording_refusals


class Command(BaseCommand):
    """`drop_folder --account NAME [--path P | --s3 s3://NAME/prefix] [--keep | --remove | --stop] [--now]`."""

    help = "Watch a folder or a part of a bucket: what arrives is imported by itself. Without a place: list them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments. Credentials are never one: the installation's settings hold them."""
        parser.add_argument("--account", required=True, help="name of the account")
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--path", default="", help="absolute path below one of DROP_FOLDERS")
        place.add_argument("--s3", default="", help="s3://NAME/prefix with a NAME of DROP_BUCKETS")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--keep", action="store_true", help="keep originals, until somebody in one is forgotten")
        what.add_argument("--remove", action="store_true", help="remove originals that were wholly taken in")
        what.add_argument("--stop", action="store_true", help="watch the place no more")
        parser.add_argument("--settle", type=int, default=60, help="seconds a file must lie unchanged (60)")
        parser.add_argument("--every", type=int, default=300, help="seconds between looks (300)")
        parser.add_argument("--now", action="store_true", help="look at once, and say what came of it")
        parser.add_argument("--actor", default="", help="e-mail of the member who says so; without: the operator")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or list."""
        try:
            account = Account.objects.named(options["account"])
            place = options["path"] or options["s3"]
            if not place:
                self._list(account)
                return
            with recording_refusals():
                folder = self._act(account, place, options)
                if options["now"]:
                    self._look(folder)
        except (AccountsError, Refusal, PlaceProblem) as error:
            raise CommandError(str(error)) from error
        except JobFailed as error:
            raise CommandError(f"The look did not succeed ({error.code}). Nothing was removed.") from error

    def _act(self, account: Account, place: str, options: dict[str, Any]) -> DropFolder:
        actor = shell_actor(options["actor"], account) if options["actor"] else operator()
        there = DropFolder.objects.filter(account=account, place__in=[place, _spelled(place, account)]).first()
        if options["stop"]:
            if there is None:
                raise CommandError("This place is not watched for this account. Nothing was changed.")
            self.stdout.write("Watched no more. What lies there stays.")
            return stop_drop_folder(actor=actor, folder=there)
        if not (options["keep"] or options["remove"]):
            if there is not None and options["now"]:
                require(actor, RIGHT, there, action="interactions.ingested")
                return there
            raise CommandError("Say what becomes of originals: --keep or --remove. Nothing was changed.")
        originals = Originals.KEEP if options["keep"] else Originals.REMOVE
        folder = set_drop_folder(
            actor=actor,
            account=account,
            place=place,
            originals=originals,
            settle_s=options["settle"],
            every_s=options["every"],
        )
        self.stdout.write(f"Watched, every {folder.every_s} seconds. Originals: {originals}.")
        return folder

    def _look(self, folder: DropFolder) -> None:
        report = collect(folder.pk, actor=house(folder.account), progress=lambda read: None)
        if report is None:
            self.stdout.write("There is nothing new that is complete.")
            return
        for name, number in sorted(report.counts.items()):
            self.stdout.write(f"  {number:>9,}  {name}")
        for each in report.rejected[:50]:
            self.stdout.write(f"  {each.file}{f', line {each.line}' if each.line else ''}: {each.reason}")

    def _list(self, account: Account) -> None:
        for row in DropFolder.objects.filter(account=account).order_by("place"):
            state = "watched" if row.is_active else "stopped"
            last = f", last look {row.looked_at:%Y-%m-%d %H:%M}" if row.looked_at else ""
            wrong = f", problem: {row.problem}" if row.problem else ""
            self.stdout.write(f"{row.place}  {state}, originals: {row.originals}{last}{wrong}")


def _spelled(place: str, account: Account) -> str:
    try:
        return proved(place, account.pk)
    except AccountsError:
        return place  # one that is gone can still be stopped
