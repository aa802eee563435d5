"""The pages of calls, of imports and of customers, and the addresses that sound comes from."""
