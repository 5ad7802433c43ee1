"""What changes bought courseware. Every verb takes the actor first; transactions are opened by the caller."""
