"""Carry out what was confirmed, record by record, and go on with what a legal hold deferred."""
