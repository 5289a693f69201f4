"""The tables of digiKam's database that facedaemon reads, and the two it may write: ImageTagProperties, ImageTags.

The names are digiKam's. Values are always bound; columns are untyped, so that what stands in a row arrives as it is.
"""

from typing import Any

from sqlalchemy import (
    Select,
    TableClause,
    bindparam,
    column,
    delete,
    insert,
    literal,
    literal_column,
    or_,
    select,
    table,
)

from facedaemon.library.rows import FACE_PROPERTIES
from facedaemon.library.tags import PERSON, PROPERTIES, SCANNED

OLDEST_VERSION = 10  # digiKam 6.0; the tables for faces are the same up to 16 (docs/digikam-database.md 1)
NEWEST_VERSION = 17  # digiKam 9.1
WRITABLE_VERSIONS = frozenset({16, 17})  # digiKam 8.2 to 9.1

TABLES = frozenset(
    "Settings AlbumRoots Albums Images ImageInformation Tags TagProperties ImageTags ImageTagProperties".split()  # noqa: SIM905
)
"""The tables whose rows are read: the names of no views, no virtual tables."""

WRITTEN_TABLES = ("ImageTagProperties", "ImageTags")

_VISIBLE = 1  # Images.status
_IMAGE = 1  # Images.category; videos, sounds and others have no faces for us

_settings = table("Settings", column("keyword"), column("value"))
_roots = table(
    "AlbumRoots", column("id"), column("label"), column("status"), column("identifier"), column("specificPath")
)
_albums = table("Albums", column("id"), column("albumRoot"), column("relativePath"))
_images = table(
    "Images",
    *map(column, ("id", "album", "name", "status", "category", "modificationDate")),
)
_information = table("ImageInformation", *map(column, ("imageid", "orientation", "width", "height", "creationDate")))
_tags = table("Tags", column("id"), column("name"))
_tag_properties = table("TagProperties", column("tagid"), column("property"), column("value"))
image_tags = table("ImageTags", column("imageid"), column("tagid"))
image_tag_properties = table(
    "ImageTagProperties", column("imageid"), column("tagid"), column("property"), column("value")
)

_ALL: tuple[TableClause, ...] = (
    _settings,
    _roots,
    _albums,
    _images,
    _information,
    _tags,
    _tag_properties,
    image_tags,
    image_tag_properties,
)

# fails where a table or a column is absent; otherwise it takes no time
PROBES = tuple(select(each).limit(0) for each in _ALL)

SETTINGS = select(_settings.c.keyword, _settings.c.value).where(
    _settings.c.keyword.in_(("DBVersion", "databaseUUID", "Scanned"))
)

ROOTS = select(_roots.c.id, _roots.c.label, _roots.c.status, _roots.c.identifier, _roots.c.specificPath).order_by(
    _roots.c.id
)

TAGS = (
    select(_tags.c.id, _tags.c.name, _tag_properties.c.property, _tag_properties.c.value)
    .select_from(_tags.join(_tag_properties, _tags.c.id == _tag_properties.c.tagid))
    .where(_tag_properties.c.property.in_(PROPERTIES))
    .order_by(_tags.c.id)
)

PHOTOS = (
    select(
        _images.c.id,
        _albums.c.albumRoot,
        _albums.c.relativePath,
        _images.c.name,
        _information.c.orientation,
        _information.c.width,
        _information.c.height,
        _information.c.creationDate,
        _images.c.modificationDate,
    )
    .select_from(
        _images.join(_albums, _images.c.album == _albums.c.id).outerjoin(
            _information, _images.c.id == _information.c.imageid
        )
    )
    .where(_images.c.status == _VISIBLE, _images.c.category == _IMAGE)
    .order_by(_images.c.id)
)

PHOTO_AT = PHOTOS.where(
    _albums.c.albumRoot == bindparam("root"),
    _albums.c.relativePath == bindparam("folder"),
    _images.c.name == bindparam("name"),
)

FACE_ROWS = select(
    image_tag_properties.c.imageid,
    image_tag_properties.c.tagid,
    image_tag_properties.c.property,
    image_tag_properties.c.value,
).where(image_tag_properties.c.property.in_(FACE_PROPERTIES))

FACE_ROWS_OF = FACE_ROWS.where(image_tag_properties.c.imageid == bindparam("image"))

# holds the photo's rows on a server; SQLite needs no such clause, BEGIN IMMEDIATE holds the whole database
FACE_ROWS_TO_CHANGE = FACE_ROWS_OF.with_for_update()

TAGGED = select(image_tags.c.imageid, image_tags.c.tagid).where(
    or_(
        image_tags.c.tagid.in_(select(_tag_properties.c.tagid).where(_tag_properties.c.property == PERSON)),
        image_tags.c.tagid.in_(select(_tags.c.id).where(_tags.c.name == SCANNED)),
    )
)


def tagged_with_age(dialect: str) -> Select[Any]:
    """`TAGGED` with SQLite's row id, which differs from that of a row that replaced it; on a server 0.

    digiKam's detection replaces the row of "Scanned for Faces" whenever it goes over a photo (seen in 8.6 and 9.1).
    """
    age = literal_column('"ImageTags".rowid') if dialect == "sqlite" else literal(0)
    return TAGGED.add_columns(age)


TAGGED_OF = TAGGED.where(image_tags.c.imageid == bindparam("image"))

INSERT_ROW = insert(image_tag_properties)
INSERT_TAG = insert(image_tags)
DELETE_TAG = delete(image_tags).where(
    image_tags.c.imageid == bindparam("image"), image_tags.c.tagid == bindparam("tag")
)

DELETE_ROW = delete(image_tag_properties).where(
    image_tag_properties.c.imageid == bindparam("image"),
    image_tag_properties.c.tagid == bindparam("tag"),
    image_tag_properties.c.property == bindparam("name"),
    image_tag_properties.c.value == bindparam("text"),
)
