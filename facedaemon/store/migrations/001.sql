-- Paths are bytes as the kernel gave them. Regions are shares of the photo as displayed, top left corner.

CREATE TABLE photo (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    content TEXT,                    -- digest of the picture without its metadata; NULL where it could not be read
    width INTEGER,                   -- as displayed
    height INTEGER,
    orientation INTEGER,
    model TEXT,                      -- detector and embedder that looked at it
    failure TEXT,                    -- why it could not be read
    missing INTEGER NOT NULL DEFAULT 0,
    metadata TEXT,                   -- fingerprint of the sidecar that was read with it; NULL where not read yet
    published TEXT                   -- digest of the suggestions that its sidecar shows; NULL where none was written
) STRICT;

CREATE INDEX photo_by_inode ON photo (inode);
CREATE INDEX photo_by_size ON photo (size);
CREATE INDEX photo_by_content ON photo (content) WHERE content IS NOT NULL;

CREATE TABLE face (
    id INTEGER PRIMARY KEY,
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    x REAL NOT NULL,
    y REAL NOT NULL,
    w REAL NOT NULL,
    h REAL NOT NULL,
    landmarks BLOB NOT NULL,         -- float32, 5 points
    score REAL NOT NULL,
    quality REAL NOT NULL,
    reasons TEXT NOT NULL,
    is_face INTEGER NOT NULL,
    drawn INTEGER NOT NULL,          -- 1: only a human's region says that there is a face
    state TEXT NOT NULL DEFAULT 'unknown',   -- what humans say: confirmed, ignored, or unknown
    person TEXT,                     -- the confirmed name
    trust REAL NOT NULL DEFAULT 0    -- how surely this face is the one the human named, 0 to 1
) STRICT;

CREATE INDEX face_by_photo ON face (photo);
CREATE INDEX face_by_person ON face (person) WHERE person IS NOT NULL;

CREATE TABLE embedding (
    face INTEGER PRIMARY KEY REFERENCES face (id) ON DELETE CASCADE,
    vector BLOB NOT NULL             -- float16, length 1
) STRICT;

-- What libraries and metadata say, as last read; `face` is the face it was matched to.
CREATE TABLE mark (
    id INTEGER PRIMARY KEY,
    photo INTEGER NOT NULL REFERENCES photo (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    person TEXT,
    x REAL,
    y REAL,
    w REAL,
    h REAL,
    by_hand INTEGER NOT NULL,
    face INTEGER REFERENCES face (id) ON DELETE SET NULL
) STRICT;

CREATE INDEX mark_by_photo ON mark (photo);
CREATE INDEX mark_by_face ON mark (face) WHERE face IS NOT NULL;

CREATE TABLE generation (
    id INTEGER PRIMARY KEY,
    created REAL NOT NULL,
    model TEXT NOT NULL,
    gallery BLOB NOT NULL,
    samples TEXT NOT NULL,           -- digest of the samples it was made from
    promoted INTEGER NOT NULL,
    report TEXT NOT NULL             -- JSON: what the rebuild printed
) STRICT;

CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY,
    face INTEGER NOT NULL REFERENCES face (id) ON DELETE CASCADE,
    person TEXT NOT NULL,
    confidence REAL NOT NULL,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    changed REAL NOT NULL,
    UNIQUE (face, person)
) STRICT;

CREATE INDEX suggestion_open ON suggestion (face) WHERE state = 'open';

-- Never forgotten, whatever becomes of the rows above: the photo is known by its content, or by its path.
CREATE TABLE rejection (
    id INTEGER PRIMARY KEY,
    content TEXT,
    path BLOB NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    w REAL NOT NULL,
    h REAL NOT NULL,
    person TEXT NOT NULL,
    evidence TEXT NOT NULL,
    decided REAL NOT NULL
) STRICT;

CREATE INDEX rejection_by_content ON rejection (content);
CREATE INDEX rejection_by_path ON rejection (path);

-- Everything written outside this file: the intent first, `done` after. `names` (JSON) is what the target shows of ours,
-- `regions` those of them that other programs read as confirmed.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,              -- sidecar, digikam
    photo BLOB NOT NULL,
    target BLOB NOT NULL,
    before BLOB,                     -- zlib; NULL: there was no file
    after_digest TEXT,               -- NULL: the file was removed
    names TEXT NOT NULL,
    regions TEXT NOT NULL,
    rows TEXT NOT NULL,              -- JSON: rows inserted and deleted in digiKam's database
    intended REAL NOT NULL,
    done REAL,
    undone REAL
) STRICT;

CREATE INDEX ledger_by_photo ON ledger (photo);
CREATE INDEX ledger_by_target ON ledger (target);

CREATE TABLE note (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
