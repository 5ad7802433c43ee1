"""Rules of signing on and of provisioning. Pure."""
