"""How the knowledge base is doing: what is stale, read, searched, missing, helpful, confirmed, and who wrote it."""
