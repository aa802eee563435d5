"""The pages of calls and of imports."""
