"""Close a whole account: asked for by one, agreed to by another, then everything of it erased and certified."""
