-- Whose file the photo was (uid) when a name was taken from it: what is said about a copy holds for its owner's copies.
ALTER TABLE rejection ADD COLUMN owner INTEGER;  -- NULL: from before this was written down; holds for all copies

-- The photo root that a sidecar was written below: nothing else is touched when it is taken back.
ALTER TABLE ledger ADD COLUMN root BLOB;         -- NULL: from before this was written down, or no file

-- photos that are gone do not train
CREATE TRIGGER photo_went AFTER UPDATE OF missing ON photo WHEN OLD.missing IS NOT NEW.missing
BEGIN
    INSERT INTO unlearned SELECT DISTINCT person FROM face
        WHERE photo = NEW.id AND person IS NOT NULL AND person NOT IN unlearned;
END;
