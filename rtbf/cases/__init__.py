"""The paper side of a request: who asked and how, the account's rules, days, evidence, letters and reminders."""
