-- A face that two programs' regions show was stored once for each region. These photos are synced once more, which
-- removes the second one.
UPDATE photo SET metadata = NULL WHERE id IN (SELECT photo FROM face WHERE drawn = 1);
