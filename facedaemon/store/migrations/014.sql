-- An empty digest meant that what a photo's sidecar shows of ours is not known: that has a column of its own.
ALTER TABLE photo ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;   -- 1: not known; it is compared with what is wanted
UPDATE photo SET published = NULL, unsure = 1 WHERE published = '';
