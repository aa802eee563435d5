"""Transcripts as subtitles: WebVTT (W3C) and SubRip (`.srt`), named as the recording they are of.

Each line of a cue is an utterance with the cue's time, so that a find leads back to its line. Who speaks, a voice tag
(`<v Agent>`) or a word before a colon says. Times between words say when each is heard.
"""

import re
from collections.abc import Iterator

from interactions.drafts import InteractionDraft, Noted, Outcome, Place, SegmentDraft, TranscriptDraft
from interactions.sources.beside import call_beside
from interactions.sources.cue_text import CLOCK, cue_text, milliseconds
from interactions.sources.found import FoundFile, Unusable
from interactions.sources.json_list import READ_AS_CP1252
from interactions.sources.lines import Line, lines
from interactions.sources.registry import Context
from interactions.sources.segments import LONGEST_MS, speaker_of

MOST_UTTERANCES = 100_000
_TIMING = re.compile(rf"\s*{CLOCK}\s+-->\s+{CLOCK}(?:\s.*)?", re.ASCII)
_VOICE = re.compile(r"\s*<v(?:\.[\w.]+)?\s+([^>]{1,80})>|\s*(\w[\w ]{0,30}):\s(?=\S)")


class TimedText:
    """The format, for the registry."""

    name = "timed-text"
    gives_links = False

    def recognises(self, file: FoundFile) -> bool:
        """Look for WebVTT's first word, or a SubRip file with a time in it."""
        head = file.head().removeprefix(b"\xef\xbb\xbf")
        return head.startswith(b"WEBVTT") or (file.name.lower().endswith(".srt") and b"-->" in head)

    def read(self, file: FoundFile, context: Context) -> Iterator[Outcome]:
        """Yield the call with its transcript. Raises OSError."""
        try:
            call = call_beside(file, context)
            with file.open() as stream:
                read = list(lines(stream)) if file.size <= 16 << 20 else []
            heard = tuple(_utterances(read, file))
            if not heard:
                raise Unusable("Nothing in it is said at a time that can be read, or it is longer than 16 MiB.")
        except Unusable as problem:
            yield file.rejected(str(problem))
            return
        place = Place(file.relative, {"path": file.relative})
        transcript = TranscriptDraft(tuple(sorted(heard, key=lambda each: each.start_ms)), place, call.of, call.of_file)
        yield InteractionDraft(source=self.name, ids=call.ids, place=place, transcripts=(transcript,))
        yield from (file.rejected(line.problem, line.number) for line in read if line.problem)
        if any(line.is_cp1252 for line in read):
            yield Noted(file.relative, 0, READ_AS_CP1252)


def _utterances(read: list[Line], file: FoundFile) -> Iterator[SegmentDraft]:
    start_ms = length_ms = -1
    given = 0
    for line in read:
        timing = _TIMING.fullmatch(line.text)
        if timing:
            start_ms = milliseconds(timing.groups()[:4])
            length_ms = milliseconds(timing.groups()[4:]) - start_ms
        elif not line.text.strip():
            start_ms = -1
        elif 0 <= start_ms <= LONGEST_MS and length_ms >= 0 and given < MOST_UTTERANCES:
            given += 1
            yield _utterance(line, start_ms, length_ms, file)


def _utterance(line: Line, start_ms: int, length_ms: int, file: FoundFile) -> SegmentDraft:
    voice = _VOICE.match(line.text)
    speaker = speaker_of(voice[1] or voice[2]) if voice else ""
    # Words before a colon that name no known side may as well be part of what was said.
    begins = voice.end() if voice and (voice[1] or speaker) else 0
    cue = cue_text(line.text[begins:].removesuffix("</v>"), start_ms, start_ms + length_ms)
    place = Place(file.relative, {"line": line.number}, "text", begins, cue.gaps)
    return SegmentDraft(speaker, start_ms, length_ms, cue.text, place, cue.words)


SOURCE = TimedText()
