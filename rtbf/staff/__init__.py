"""What the house holds on its own members: a copy for them, and erasing what names a leaver."""
