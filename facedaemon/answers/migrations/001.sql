-- What humans answered, in the order in which it was written down here. Nothing is ever changed or deleted.
CREATE TABLE answer (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,             -- random; the same in every export, so that importing twice doubles nothing
    number INTEGER NOT NULL,             -- greater than that of all answers that were known when this one was given
    command TEXT NOT NULL,               -- random; the answers that one command gave belong together
    kind TEXT NOT NULL,
    source TEXT NOT NULL,                -- through which program: facedaemon, digikam, metadata
    moment TEXT NOT NULL,                -- UTC, ISO 8601; for people to read, nothing is ordered by it
    person TEXT,
    other TEXT,                          -- the new name, or whom the person is merged into
    born TEXT,                           -- ISO 8601 date
    takes_back TEXT,                     -- the id of the answer that does not count any more
    content TEXT,                        -- digest of the picture without its metadata
    path BLOB,                           -- where the photo lay then: bytes as the kernel gave them; a hint
    x REAL, y REAL, w REAL, h REAL,      -- shares of the photo as displayed in `orientation`, top left corner
    orientation INTEGER,                 -- EXIF, 1 to 8
    model TEXT,                          -- that made the vector
    vector BLOB                          -- the face's embedding, float16, length 1; NULL where it was not known
) STRICT;

CREATE INDEX answer_by_number ON answer (number);

CREATE TRIGGER answer_stays BEFORE DELETE ON answer BEGIN SELECT RAISE(ABORT, 'answers are only added'); END;
CREATE TRIGGER answer_is_as_given BEFORE UPDATE ON answer BEGIN SELECT RAISE(ABORT, 'answers are only added'); END;
