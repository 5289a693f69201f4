"""Opens the user's browser."""

import webbrowser


def open_link(link: str) -> bool:
    """Open the link; whether a browser was found."""
    return webbrowser.open(link)
