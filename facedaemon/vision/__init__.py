"""Pictures to faces to vectors: decode, detect, align, embed, judge."""
