"""Tells sound from other files by its first bytes, because a name can say anything.

Containers: RIFF and RF64 (WAVE, also GSM inside), Ogg (RFC 3533), MPEG audio layer III with or without an ID3v2 tag.
"""

_SUFFIXES = (".wav", ".mp3", ".ogg")


def is_sound(head: bytes) -> bool:
    """Tell whether a file that begins with `head` (at least 12 bytes) is WAVE, Ogg or MP3."""
    if head[:4] in (b"RIFF", b"RF64"):
        return head[8:12] == b"WAVE"
    return head.startswith((b"OggS", b"ID3")) or _is_mpeg_frame(head)


def is_sound_name(name: str) -> bool:
    """Tell whether a file name ends as one of the formats above."""
    return name.lower().endswith(_SUFFIXES)


def _is_mpeg_frame(head: bytes) -> bool:
    """Check the frame header: 11 sync bits, layer III, neither version, bit rate nor sample rate reserved."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and sample_rate != 3
