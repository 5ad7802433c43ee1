"""Owns what people are told: the inbox, and later the channels that carry it further."""
