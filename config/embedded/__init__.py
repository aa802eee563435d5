"""The services Lethe starts itself when the environment names no others: PostgreSQL and Valkey."""
