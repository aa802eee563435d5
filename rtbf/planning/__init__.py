"""A plan, frozen into rows: what is to become of each record, what people decide about it, whether it still holds."""
