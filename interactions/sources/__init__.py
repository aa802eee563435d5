"""Reads what phone systems and contact centres export and says what stands in it, sealing and storing nothing.

`reader.read_all` is the way in; `walk` finds files, `registry` knows the formats.
"""
