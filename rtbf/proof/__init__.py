"""Prove an erasure: sample and figures before, search and figures afterwards, and the signed certificate."""
