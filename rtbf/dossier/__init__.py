"""A copy of everything held about one person (GDPR Art. 15, 20), and the one door it leaves by."""
