"""XMP sidecars and embedded regions: read, plan an edit, replace a file safely."""
