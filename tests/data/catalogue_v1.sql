PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('fingerprint','words-16 (16 dimensions), chunks of 512 tokens v1');
INSERT INTO "meta" VALUES('generation','2');
CREATE TABLE papers (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, abstract TEXT NOT NULL, text TEXT NOT NULL,
        authors TEXT NOT NULL, n_authors INTEGER, organization TEXT, published TEXT, url TEXT,
        doi TEXT, trailing_number INTEGER, sources TEXT NOT NULL, year INTEGER
    );
INSERT INTO "papers" VALUES('title:a0b25a7e6f6d5b85','Tides in Brass','Brass gauges outlast steel ones. They drift by a millimetre a year.','Brass gauges outlast steel ones. They drift by a millimetre a year.','[]',NULL,NULL,NULL,NULL,NULL,NULL,'["pasted:69b7ad89c1b3"]',NULL);
INSERT INTO "papers" VALUES('title:d89980123690b29b','A Byline for Ferries','Ferries keep logs of fog. Logs of fog train a forecaster.','Ferries keep logs of fog. Logs of fog train a forecaster.','[]',NULL,'Harbour Lab','2024-10-03',NULL,NULL,2,'["pasted:244adee7c1ff"]',2024);
CREATE TABLE passages (
        id TEXT PRIMARY KEY, paper_id TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
        sentences BLOB NOT NULL, vector BLOB NOT NULL, sentence_vectors BLOB NOT NULL
    );
INSERT INTO "passages" VALUES('title:a0b25a7e6f6d5b85#0','title:a0b25a7e6f6d5b85',0,67,X'00000000200000002100000043000000',X'A311453E0000000000000000A311453EA311453EA311453E00000000A311C53EA311C53E000000003BCD133FA311C53E00000000A311453EA311453E00000000',X'00000000000028372837000000000000283700000000283700002837000000007034000000000000000070340000703400000000A83A70340000000000000000');
INSERT INTO "passages" VALUES('title:d89980123690b29b#0','title:d89980123690b29b',0,57,X'00000000190000001A00000039000000',X'4F84FC3E3558A83E3558283E00000000000000000000000000000000000000003558283F000000003558A83E000000003558283E3558283E000000003558283E',X'00000C360000000000000000000000000C3A0000000000000C36000000000C360F390F350000000000000000000000000F3900000F3500000000000000000000');
CREATE TABLE pending (paper_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE records (
        paper_id TEXT NOT NULL, source TEXT NOT NULL, published TEXT, record TEXT NOT NULL,
        PRIMARY KEY (paper_id, source)
    ) WITHOUT ROWID;
INSERT INTO "records" VALUES('title:a0b25a7e6f6d5b85','pasted:69b7ad89c1b3',NULL,'{"id": "title:a0b25a7e6f6d5b85", "title": "Tides in Brass", "abstract": "Brass gauges outlast steel ones. They drift by a millimetre a year.", "text": "Brass gauges outlast steel ones. They drift by a millimetre a year.", "authors": [], "n_authors": null, "organization": null, "published": null, "url": null, "doi": null, "trailing_number": null, "sources": ["pasted:69b7ad89c1b3"]}');
INSERT INTO "records" VALUES('title:d89980123690b29b','pasted:244adee7c1ff','2024-10-03','{"id": "title:d89980123690b29b", "title": "A Byline for Ferries", "abstract": "Ferries keep logs of fog. Logs of fog train a forecaster.", "text": "Ferries keep logs of fog. Logs of fog train a forecaster.", "authors": [], "n_authors": null, "organization": "Harbour Lab", "published": "2024-10-03", "url": null, "doi": null, "trailing_number": 2, "sources": ["pasted:244adee7c1ff"]}');
CREATE TABLE sources (
        path TEXT PRIMARY KEY, sha256 TEXT, saved_on TEXT, saved_year INTEGER
    ) WITHOUT ROWID;
INSERT INTO "sources" VALUES('pasted:244adee7c1ff','244adee7c1ff387e96f22e6222eeb1157d9f23478590cd5226c00118e01a614b',NULL,NULL);
INSERT INTO "sources" VALUES('pasted:69b7ad89c1b3','69b7ad89c1b3f5fb5e3fed1fb5270d4f4740208f62ef7ac53ea1209c135951c2',NULL,NULL);
CREATE INDEX records_source ON records (source);
CREATE INDEX records_yearless ON records (source, paper_id) WHERE published LIKE '--%';
CREATE INDEX papers_year ON papers (year);
CREATE INDEX passages_paper ON passages (paper_id);
COMMIT;
