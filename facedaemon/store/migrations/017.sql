-- What the gallery in use says of the confirmed faces, computed when it was trained: who only looks need not wait.
CREATE TABLE assessment (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    gallery TEXT NOT NULL,           -- generation and signature: the gallery that it is about
    made REAL NOT NULL,
    people INTEGER NOT NULL,
    probes INTEGER NOT NULL,
    strangers INTEGER NOT NULL,
    tpir REAL NOT NULL,
    fpir REAL NOT NULL,
    wrong_per_100 REAL NOT NULL,
    threshold REAL NOT NULL
) STRICT;

-- The same figures at other thresholds.
CREATE TABLE assessed_threshold (
    threshold REAL PRIMARY KEY,
    right_share REAL NOT NULL,       -- of the held-out faces of known people
    stranger_share REAL NOT NULL,    -- of strangers that get any name
    wrong_per_100 REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- Confirmed faces that are probably mislabelled.
CREATE TABLE doubt (
    face INTEGER PRIMARY KEY REFERENCES face (id) ON DELETE CASCADE,
    person TEXT NOT NULL,            -- confirmed when it was assessed; another one since, and the doubt is out of date
    looks_like TEXT,                 -- NULL: nobody
    score REAL NOT NULL,
    nearest_own INTEGER REFERENCES face (id) ON DELETE SET NULL,
    nearest_other INTEGER REFERENCES face (id) ON DELETE SET NULL
) STRICT;

CREATE INDEX doubt_by_nearest_own ON doubt (nearest_own) WHERE nearest_own IS NOT NULL;
CREATE INDEX doubt_by_nearest_other ON doubt (nearest_other) WHERE nearest_other IS NOT NULL;

-- Pairs of people who look alike.
CREATE TABLE look_alike (
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    likeness REAL NOT NULL,
    faces INTEGER NOT NULL,
    mixed_up INTEGER NOT NULL,
    PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
