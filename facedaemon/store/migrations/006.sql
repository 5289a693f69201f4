-- What tells whether a photo's rows in the library are still those that were read: the photo's number there, when its own
-- face detection went over the photo (NULL: never), and how many places have the same row twice.
CREATE TABLE library_trace (
    photo INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE,
    image INTEGER NOT NULL,
    detection INTEGER,
    doubled INTEGER NOT NULL
) STRICT;

-- Suggestions that were taken out of the library's view. A window that was open before may still show them, and what a
-- human answers there counts.
CREATE TABLE withdrawn_name (
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    person TEXT NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    w REAL NOT NULL,
    h REAL NOT NULL,
    UNIQUE (photo, person, x, y, w, h)
) STRICT;
