"""A request from being asked to its last moment of doubt: raised, planned, confirmed, approved, refused, cancelled."""
