"""The pages of legal holds, policies and disposal."""
