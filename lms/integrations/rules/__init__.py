"""Rules of talking to other systems. Pure."""
