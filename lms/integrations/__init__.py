"""Other systems: what they are told by signed webhooks, and signing in through them."""
