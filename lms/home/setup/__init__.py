"""The first steps of an installation: from an empty database to the first intake in training."""
