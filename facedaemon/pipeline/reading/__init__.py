"""What commands, pages and pictures show: read from the state beside its owner. Nothing here writes to it."""
