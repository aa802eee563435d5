"""Find whom a request names and every record about them. Reads only: nothing is changed, nothing is opened."""
