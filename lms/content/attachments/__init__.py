"""Pictures, slides, PDF, films and sounds beside the documents: taken in, kept by digest, shown to who may read."""
