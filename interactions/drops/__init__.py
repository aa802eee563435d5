"""Places that are watched: folders and parts of buckets. Reads and removes files there and knows nothing of calls."""
