-- That another picture lies at a photo's place was told by its path alone, which is then that of the other with the
-- photo's number, or the digest of its content, behind it.
ALTER TABLE photo ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0;   -- 1: kept in case it is found again
UPDATE photo SET replaced = 1 WHERE missing = 1
    AND (CAST(substr(path, -1 - length(id)) AS TEXT) = '/' || id
        OR CAST(substr(path, -1 - length(content)) AS TEXT) = '/' || content);
