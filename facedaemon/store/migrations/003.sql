-- When anything about the file changed last (`stat`'s ctime); NULL where the file system keeps no such time that can be
-- relied on, and until the photo was next in sight: then it counts as unchanged.
ALTER TABLE photo ADD COLUMN ctime_ns INTEGER;
