"""How the log calls what is done with calls: listening, reading, importing, telling customers apart."""

from typing import Final

from audit.vocabulary.words import CALLS, LISTENING, Words

ACTIONS: Final[dict[str, Words]] = {
    "recording.played": Words(LISTENING, "played {record}", "play {record}"),
    "voicemail.played": Words(LISTENING, "played {record}", "play {record}"),
    "recording.downloaded": Words(LISTENING, "downloaded {record}", "download {record}"),
    "voicemail.downloaded": Words(LISTENING, "downloaded {record}", "download {record}"),
    "transcript.read": Words(LISTENING, "read {record}", "read {record}"),
    "interaction.opened": Words(LISTENING, "opened the page of {record}", "open the page of {record}"),
    "purpose.chosen": Words(LISTENING, "said why they listen to {record}", "say why they listen to {record}"),
    "interactions.opened": Words(CALLS, "opened the list of calls", "open the list of calls"),
    "interactions.listed": Words(CALLS, "opened the list of calls", "open the list of calls"),
    "interactions.ingested": Words(CALLS, "imported calls", "import calls", " ({interactions} new)"),
    "drop_folder.added": Words(
        CALLS, "had a drop folder watched", "have a drop folder watched", " (originals: {originals})"
    ),
    "drop_folder.changed": Words(
        CALLS, "changed how a drop folder is watched", "change a drop folder", " (originals: {originals})"
    ),
    "drop_folder.stopped": Words(CALLS, "stopped watching a drop folder", "stop watching a drop folder"),
    "originals.opened": Words(
        CALLS, "looked up where original files lie", "look up where original files lie", " ({files} files)"
    ),
    "original.removed": Words(
        CALLS, "removed original files from a drop folder", "remove original files", " ({files} files)"
    ),
    "imports.listed": Words(CALLS, "opened the list of imports", "open the list of imports"),
    "import.opened": Words(CALLS, "opened what an import left out", "open what an import left out"),
    "column.mapped": Words(CALLS, "said what a column holds", "say what a column holds", " ({means})"),
    "column.unmapped": Words(CALLS, "took back what a column holds", "take back what a column holds"),
    "searches.listed": Words(CALLS, "opened their saved searches", "open their saved searches"),
    "search.saved": Words(CALLS, "saved {record}", "save a search", " ({filters})"),
    "search.changed": Words(CALLS, "changed {record}", "change {record}"),
    "search.removed": Words(CALLS, "removed {record}", "remove {record}"),
    "comment.added": Words(CALLS, "wrote {record}", "write a comment"),
    "customers.opened": Words(CALLS, "opened the search for customers", "open the search for customers"),
    "customer.opened": Words(CALLS, "read what {record} is known by", "read what {record} is known by"),
    "customer.merged": Words(CALLS, "said that {record} and another are one person", "merge {record} with another"),
    "customer.split": Words(CALLS, "said that {record} is two people", "split {record}"),
}
