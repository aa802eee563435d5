"""Bytes in, bytes out: key wrapping, the key directory, sealed streams and the store that holds them.

A small clean room: nothing here knows Django, a database or another package of the project, so that every line that
touches a key can be read in one sitting. The byte formats, and the arguments for them, are written down in FORMAT.md.
"""
