"""Where stored bytes lie: the instance's own folder, or a store that several machines share. For core/files alone."""
