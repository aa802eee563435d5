"""The pages of the right to be forgotten: each module reads forms, calls flows and shows what they said."""
