"""Who comes in by the company's own sign-on: OpenID Connect, and people kept in step by SCIM or a nightly file."""
