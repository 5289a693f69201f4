-- Whether another photo that can be read has as many bytes is asked for each new one. Photos that cannot be read are
-- left out: among hundreds of thousands of empty files each question would go through all of them.
DROP INDEX photo_by_size;
CREATE INDEX photo_by_size ON photo (size) WHERE failure IS NULL;
