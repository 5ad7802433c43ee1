"""JSON of the store: `documents` for those who write, `marks` for what is 待复核."""
