"""Say how long something took as people read it, in one way on every page."""


def length(seconds: float) -> str:
    """Return a length such as "4:07", and from an hour on "1:52:10"."""
    hours, rest = divmod(int(seconds), 3_600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
