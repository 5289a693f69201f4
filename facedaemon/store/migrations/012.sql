-- When a photo was taken: seconds from 1970-01-01 to what the clock showed there (dates.py).
ALTER TABLE photo ADD COLUMN own_date INTEGER;       -- by its own metadata and sidecar; NULL where they state none
ALTER TABLE photo ADD COLUMN own_date_source TEXT;   -- exif, xmp, sidecar
ALTER TABLE photo ADD COLUMN library_date INTEGER;   -- by the library; NULL where it states none
-- metadata is read once more, to find the dates; the photos are not looked at
UPDATE photo SET metadata = NULL;

-- dates tell periods and bursts
CREATE TRIGGER photo_dated AFTER UPDATE OF own_date, own_date_source, library_date ON photo
WHEN (OLD.own_date, OLD.own_date_source, OLD.library_date)
    IS NOT (NEW.own_date, NEW.own_date_source, NEW.library_date)
BEGIN
    INSERT INTO unlearned SELECT DISTINCT person FROM face
        WHERE photo = NEW.id AND person IS NOT NULL AND person NOT IN unlearned;
END;
