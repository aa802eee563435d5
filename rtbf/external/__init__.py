"""Other systems that hold copies of customers: their register, the tasks for them, and connectors that do these."""
