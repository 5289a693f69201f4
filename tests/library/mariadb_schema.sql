-- The tables of digiKam's schema 16 that matter for faces, as a MariaDB server holds them: the same names and columns
-- as in SQLite, binary collation, and, unlike SQLite, InnoDB's foreign keys.
CREATE TABLE Settings (keyword VARCHAR(255) NOT NULL UNIQUE, value LONGTEXT);
CREATE TABLE AlbumRoots (
    id INTEGER PRIMARY KEY AUTO_INCREMENT, label LONGTEXT, status INTEGER NOT NULL, type INTEGER NOT NULL,
    identifier LONGTEXT, specificPath LONGTEXT, caseSensitivity INTEGER
);
CREATE TABLE Albums (
    id INTEGER PRIMARY KEY AUTO_INCREMENT, albumRoot INTEGER NOT NULL, relativePath LONGTEXT NOT NULL, date DATE,
    caption LONGTEXT, collection LONGTEXT, icon BIGINT, modificationDate DATETIME(3),
    FOREIGN KEY (albumRoot) REFERENCES AlbumRoots (id) ON DELETE CASCADE
);
CREATE TABLE Images (
    id BIGINT PRIMARY KEY AUTO_INCREMENT, album INTEGER, name LONGTEXT NOT NULL, status INTEGER NOT NULL,
    category INTEGER NOT NULL, modificationDate DATETIME(3), fileSize BIGINT, uniqueHash VARCHAR(128),
    manualOrder BIGINT,
    FOREIGN KEY (album) REFERENCES Albums (id) ON DELETE CASCADE
);
CREATE TABLE ImageInformation (
    imageid BIGINT PRIMARY KEY, rating INTEGER, creationDate DATETIME(3), digitizationDate DATETIME(3),
    orientation INTEGER, width INTEGER, height INTEGER, format LONGTEXT, colorDepth INTEGER, colorModel INTEGER,
    FOREIGN KEY (imageid) REFERENCES Images (id) ON DELETE CASCADE
);
CREATE TABLE Tags (
    id INTEGER PRIMARY KEY AUTO_INCREMENT, pid INTEGER, name VARCHAR(255) NOT NULL, icon BIGINT, iconkde LONGTEXT,
    UNIQUE (pid, name)
);
CREATE TABLE TagProperties (
    tagid INTEGER NOT NULL, property LONGTEXT, value LONGTEXT,
    FOREIGN KEY (tagid) REFERENCES Tags (id) ON DELETE CASCADE
);
CREATE TABLE ImageTags (
    imageid BIGINT NOT NULL, tagid INTEGER NOT NULL, UNIQUE (imageid, tagid),
    FOREIGN KEY (imageid) REFERENCES Images (id) ON DELETE CASCADE,
    FOREIGN KEY (tagid) REFERENCES Tags (id) ON DELETE CASCADE
);
CREATE TABLE ImageTagProperties (
    imageid BIGINT NOT NULL, tagid INTEGER NOT NULL, property LONGTEXT, value LONGTEXT,
    INDEX (imageid, tagid), INDEX (tagid),
    FOREIGN KEY (imageid) REFERENCES Images (id) ON DELETE CASCADE,
    FOREIGN KEY (tagid) REFERENCES Tags (id) ON DELETE CASCADE
);
