"""Who is called how now: renames here and in other programs, and the names that the state holds."""
