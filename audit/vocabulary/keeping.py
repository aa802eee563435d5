"""How the log calls what is done with legal holds, policies and disposal."""

from typing import Final

from audit.vocabulary.words import HOLDS, RETENTION, Words

ACTIONS: Final[dict[str, Words]] = {
    "holds.opened": Words(HOLDS, "opened the list of legal holds", "open the list of legal holds"),
    "hold.opened": Words(HOLDS, "opened {record}", "open {record}"),
    "hold.placed": Words(HOLDS, "placed {record}", "place a legal hold", " ({records} records named)"),
    "hold.released": Words(HOLDS, "released {record}", "release {record}"),
    "hold.release_asked": Words(HOLDS, "asked to release {record}", "ask to release {record}"),
    "hold.release_declined": Words(HOLDS, "did not agree to release {record}", "decline to release {record}"),
    "hold.changed": Words(HOLDS, "changed owner or review day of {record}", "change {record}"),
    "hold.reminded": Words(HOLDS, "reminded of looking again at {record}", "remind of {record}"),
    "hold.previewed": Words(HOLDS, "looked at what a legal hold would cover", "look at what a legal hold would cover"),
    "hold_rules.changed": Words(HOLDS, "changed who releases legal holds", "change who releases legal holds"),
    "purpose_rules.opened": Words(
        RETENTION, "opened the rules about what calls are kept for", "open the rules about what calls are kept for"
    ),
    "purpose_rule.added": Words(RETENTION, "decided what calls are kept for", "decide what calls are kept for"),
    "purpose_rule.removed": Words(RETENTION, "took back {record}", "take back {record}"),
    "purposes.changed": Words(
        RETENTION, "changed what {record} is kept for", "change what {record} is kept for", " ({before} to {after})"
    ),
    "policies.opened": Words(RETENTION, "opened the list of policies", "open the list of policies"),
    "policy.proposed": Words(RETENTION, "proposed {record}", "propose a policy", " (in force in {days} days)"),
    "policy.withdrawn": Words(RETENTION, "withdrew {record}", "withdraw {record}"),
    "policy.ended": Words(RETENTION, "ended {record}", "end {record}", " (in {days} days)"),
    "policy.restored": Words(RETENTION, "took back the end of {record}", "take back the end of {record}"),
    "policy.paused": Words(RETENTION, "paused {record}", "pause {record}", " (until {until})"),
    "policy.resumed": Words(RETENTION, "let {record} go on", "let {record} go on"),
    "retention.previewed": Words(RETENTION, "looked at what would be disposed of", "look at what would be disposed of"),
    "retention.changed": Words(RETENTION, "changed how disposal works", "change how disposal works"),
    "disposal.started": Words(RETENTION, "began {record}", "begin a disposal run", " ({due} records due)"),
    "disposal.refused": Words(RETENTION, "did not begin {record}", "begin a disposal run", " ({code})"),
    "disposal.finished": Words(RETENTION, "finished {record}", "finish {record}", " ({disposed} records)"),
    "disposal.cancelled": Words(RETENTION, "did not carry out {record}", "cancel {record}"),
    "disposal.paused": Words(RETENTION, "paused {record}", "pause {record}"),
    "disposal.resumed": Words(RETENTION, "let {record} go on", "let {record} go on"),
    "holds.reviewed": Words(
        HOLDS, "looked at the legal holds after a restore", "confirm the legal holds after a restore"
    ),
}
