"""The only place where rooms meet: look at photos, learn, suggest, publish."""
