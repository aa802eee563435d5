"""Pages of accounts that are not lists of rows."""
