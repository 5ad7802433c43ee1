"""Pure rules of the store: names and paths, which part is which, ids in a source, the plan of a sync."""
