"""How the log calls what is done with itself, in the background, and with pages that have no words of their own."""

from typing import Final

from audit.vocabulary.words import LOG, OTHER, READING, WORK, Words

ACTIONS: Final[dict[str, Words]] = {
    READING: Words(LOG, "read the access log", "read the access log"),
    "log.verified": Words(
        LOG,
        "verified the log: all {entries} entries are as they were sealed",
        "verify the log",
        failed="verified the log: {findings} things are not as they were sealed",
    ),
    "log.details_compared": Words(
        LOG, "compared the sealed details with the log", "compare the sealed details with the log"
    ),
    "block.renewed": Words(
        WORK, "renewed blocks of keys", "renew blocks of keys", " ({destroyed} old block keys destroyed)"
    ),
    "root.rotated": Words(WORK, "rotated the root key", "rotate the root key"),
    "index_key.rotated": Words(WORK, "rotated the index key", "rotate the index key", " ({indexes} indexes)"),
    "index_key.rebuilt": Words(
        WORK, "computed the indexes anew after a restore", "compute the indexes anew", " ({indexes} indexes)"
    ),
    "backup.made": Words(WORK, "made a backup", "make a backup", " ({what})"),
    "restore.noticed": Words(WORK, "noticed that a database was restored", "notice a restore", " (older: {lost})"),
    "erasures.replayed": Words(
        WORK, "repeated erasures after a restore", "repeat erasures after a restore", " ({records} records)"
    ),
    "job.failed": Words(WORK, "gave up background work", "finish background work", " ({kind})"),
    "job.cancelled": Words(WORK, "cancelled background work", "cancel background work"),
    "access.attempted": Words(OTHER, "opened something", "open something"),
    "page.opened": Words(OTHER, "opened a page", "open a page"),
    "list.opened": Words(OTHER, "opened a list", "open a list"),
    "form.opened": Words(OTHER, "opened a form", "open a form"),
}
