"""The migrations of the schema, and the one command that writes the first of them anew until the release."""
