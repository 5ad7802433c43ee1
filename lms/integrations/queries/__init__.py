"""Reading what other systems are told."""
