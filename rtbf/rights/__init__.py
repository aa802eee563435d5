"""What customers ask for besides being forgotten: rectification, restriction, objection (GDPR Art. 16, 18, 19, 21)."""
