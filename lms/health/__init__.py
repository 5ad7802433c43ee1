"""How the installation does: is it alive, is it ready, what it counts, and in one line what is wrong."""
