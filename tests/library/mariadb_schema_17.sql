-- What digiKam 9.1's migration makes of the tables of schema 16 on a MariaDB server. No index begins with `tagid`
-- afterwards, which the server allows only while it does not check foreign keys.
SET FOREIGN_KEY_CHECKS = 0;
ALTER TABLE ImageInformation ADD COLUMN timeZone INTEGER;
ALTER TABLE ImageTagProperties MODIFY property VARCHAR(255), DROP INDEX imageid, DROP INDEX tagid,
    ADD INDEX imgtagprop_img_tag_idx (imageid, tagid), ADD INDEX imgtagprop_prop_tag_img_idx (property, tagid, imageid);
CREATE INDEX image_status_index ON Images (status);
SET FOREIGN_KEY_CHECKS = 1;
