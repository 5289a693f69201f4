-- Whoever's samples changed since the gallery in use learned them. Whatever changes them writes it down, so that a crash
-- between hearing and learning loses nothing. (No INSERT OR IGNORE: inside a trigger the outer statement's way with
-- conflicts counts.)
CREATE TABLE unlearned (
    person TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- why the photo's sidecar cannot be read or written; NULL where it can
ALTER TABLE photo ADD COLUMN trouble TEXT;

-- not a digest of the samples any more, but a name for the gallery: settings and bytes
ALTER TABLE generation RENAME COLUMN samples TO signature;

CREATE TRIGGER verdict_changed AFTER UPDATE OF state, person, quality, trust ON face
WHEN coalesce(OLD.person, NEW.person) IS NOT NULL
    AND (OLD.state, OLD.person, OLD.quality, OLD.trust) IS NOT (NEW.state, NEW.person, NEW.quality, NEW.trust)
BEGIN
    INSERT INTO unlearned SELECT OLD.person WHERE OLD.person IS NOT NULL AND OLD.person NOT IN unlearned;
    INSERT INTO unlearned SELECT NEW.person WHERE NEW.person IS NOT NULL AND NEW.person NOT IN unlearned;
END;

CREATE TRIGGER confirmed_face_came AFTER INSERT ON face WHEN NEW.person IS NOT NULL
BEGIN
    INSERT INTO unlearned SELECT NEW.person WHERE NEW.person NOT IN unlearned;
END;

CREATE TRIGGER confirmed_face_went AFTER DELETE ON face WHEN OLD.person IS NOT NULL
BEGIN
    INSERT INTO unlearned SELECT OLD.person WHERE OLD.person NOT IN unlearned;
END;

CREATE TRIGGER embedding_came AFTER INSERT ON embedding
BEGIN
    INSERT INTO unlearned SELECT person FROM face
        WHERE id = NEW.face AND person IS NOT NULL AND person NOT IN unlearned;
END;

CREATE TRIGGER embedding_changed AFTER UPDATE OF vector ON embedding WHEN OLD.vector IS NOT NEW.vector
BEGIN
    INSERT INTO unlearned SELECT person FROM face
        WHERE id = NEW.face AND person IS NOT NULL AND person NOT IN unlearned;
END;

-- folder and time tell bursts
CREATE TRIGGER photo_changed AFTER UPDATE OF path, mtime_ns, model ON photo
WHEN (OLD.path, OLD.mtime_ns, OLD.model) IS NOT (NEW.path, NEW.mtime_ns, NEW.model)
BEGIN
    INSERT INTO unlearned SELECT DISTINCT person FROM face
        WHERE photo = NEW.id AND person IS NOT NULL AND person NOT IN unlearned;
END;

CREATE TRIGGER suggestion_rejected AFTER UPDATE OF state ON suggestion
WHEN OLD.state IS NOT NEW.state AND (OLD.state = 'rejected' OR NEW.state = 'rejected')
BEGIN
    INSERT INTO unlearned SELECT NEW.person WHERE NEW.person NOT IN unlearned;
END;

CREATE TRIGGER rejected_suggestion_went AFTER DELETE ON suggestion WHEN OLD.state = 'rejected'
BEGIN
    INSERT INTO unlearned SELECT OLD.person WHERE OLD.person NOT IN unlearned;
END;
