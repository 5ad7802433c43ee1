"""Reading which learning systems lead here, and how it went."""
