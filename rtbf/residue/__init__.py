"""Search for what may be left of a person, everywhere, distrusting the eraser: places, pieces, and eyes of its own."""
